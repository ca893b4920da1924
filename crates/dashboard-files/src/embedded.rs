//! Dashboard files that were built into this program.

use rust_embed::RustEmbed;

use crate::{Files, INDEX, is_served};

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Dist;

/// The dashboard that was in `ui/dist` when this program was built, else a page that says how to get one.
pub fn embedded() -> Files {
    let names = Dist::iter().filter(|name| is_served(name));
    let files: Files = names.filter_map(|name| Some((name.to_string(), Dist::get(&name)?.data))).collect();
    if files.contains_key(INDEX) { files } else { without_dashboard() }
}

fn without_dashboard() -> Files {
    [(INDEX.to_owned(), include_bytes!("without.html").as_slice().into())].into()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn a_program_holds_the_dashboard_that_was_there_when_it_was_built() {
        let built = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/dist").join(INDEX)).ok();
        let expected = built.unwrap_or_else(|| include_bytes!("without.html").to_vec());
        assert_eq!(embedded()[INDEX], expected);
    }

    #[test]
    fn the_page_in_its_place_says_how_to_build_it_and_links_below_any_base_path() {
        let files = without_dashboard();
        let page = str::from_utf8(&files[INDEX]).expect("text");
        assert!(page.contains("just ui") && page.contains("--ui DIR"));
        assert!(page.contains("<meta name=\"cto-base\" content=\"\">") && page.contains("href=\"./api/v1/meta\""));
    }
}
