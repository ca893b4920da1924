//! Loading of the raw data, from a store or a folder.

use anyhow::{Context as _, bail};
use metrics_core::ci::has_ci;
use metrics_core::cloud::has_bills;
use metrics_core::delivery::has_delivery;
use model::columns::{Raw, Scopes};
use model::rules::{RuleSet, Rules};
use store::csv_folder::{self, Reading};
use store::{Place, Store};

use crate::Arguments;

/// Raw data and what was odd about it.
pub(crate) struct Input {
    pub(crate) raw: Raw,
    pub(crate) problems: Vec<String>,
    /// For messages.
    pub(crate) place: String,
}

/// Reads the store that was named, the one in the data folder, or the raw CSV files there.
pub(crate) fn read(arguments: &Arguments, scopes: Scopes, rules: RuleSet) -> anyhow::Result<Input> {
    let folder = match Place::find(&arguments.data, arguments.store.as_deref()) {
        Some(Place::Store(url)) => {
            let store = Store::open_existing(&url)?;
            let raw = arguments.as_of.map_or_else(|| store.load(scopes), |as_of| store.load_as_of(scopes, as_of));
            let raw = raw.with_context(|| format!("reading {url}"))?;
            let problems = raw.implausible.clone();
            return Ok(Input { raw, problems, place: url });
        }
        Some(Place::Folder(folder)) => folder,
        None => bail!(store::nothing_in(&arguments.data)),
    };
    let reading = match rules {
        RuleSet::Flow => Reading::Strict,
        RuleSet::CtoStats => Reading::Original,
    };
    let loaded = csv_folder::load(&folder, scopes, reading)?;
    let odd = loaded.problems.iter().map(ToString::to_string);
    let problems = odd.chain(loaded.raw.implausible.iter().cloned()).collect();
    Ok(Input { raw: loaded.raw, problems, place: folder.display().to_string() })
}

/// Without any bill there is no spending to compute: an error when nothing else is asked for, else a note.
pub(crate) fn check_bills(input: &Input, scopes: Scopes, rules: &Rules) -> anyhow::Result<()> {
    if !scopes.cloud_spending || has_bills(&input.raw, rules) {
        return Ok(());
    }
    let missing = format!("{} holds no cloud costs: import them with cto-import --cloudspending", input.place);
    if scopes == Scopes::CLOUD_SPENDING {
        bail!(missing);
    }
    command_line::report!("note: {missing}");
    Ok(())
}

/// Delivery is left out where it was not asked for by name and nothing was ever deployed or released; CI, where nothing is
/// known of it.
pub(crate) fn without_empty(input: &Input, scopes: Scopes, rules: &Rules, asked_for: Scopes) -> Scopes {
    Scopes {
        delivery: scopes.delivery && (asked_for.delivery || has_delivery(&input.raw, rules)),
        ci: scopes.ci && (asked_for.ci || has_ci(&input.raw, rules)),
        ..scopes
    }
}
