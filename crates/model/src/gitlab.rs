//! Boards of GitLab groups: which labels are their columns, and the ids by which they are known.

/// What a move names as the column before when that was a label that is deleted by now and whose name is not known.
///
/// No column is called so: where the move before it does not end there either, the history has a gap.
pub const DELETED_LABEL: &str = "(deleted label)";

/// What a move names as the column before when a note tells that the status was set, and is not understood. As with
/// [`DELETED_LABEL`], the history has a gap.
pub const UNKNOWN_STATUS: &str = "(unknown status)";

/// A board of a group: labels of issues, or their statuses, as columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelBoard {
    /// Path of the group: `acme`, `acme/shop`. Issues of groups and projects below it are on the board too.
    pub group: String,
    /// A name for people.
    pub name: String,
    /// What its columns are.
    pub columns: LabelColumns,
}

/// What the columns of a board are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelColumns {
    /// The scoped labels of one key: `workflow` for `workflow::dev`, `workflow::review`, … The column is what follows
    /// the key, `dev`.
    Scope(String),
    /// These labels, from left to right.
    Labels(Vec<String>),
    /// GitLab's own statuses, whatever they are called.
    Statuses,
}

impl LabelBoard {
    /// The id of the board: `HOST/group/GROUP/workflow` of scoped labels, `HOST/group/GROUP/labels/NAME` of a list,
    /// `HOST/group/GROUP/work_items/status` of statuses.
    ///
    /// With the group's number it is the id that rows have (the column `project_id` of `project.csv`), which stays
    /// when a group is renamed. With the group's path it is what can be said before the server was asked for the
    /// number.
    pub fn id(&self, host: &str, group: &str) -> String {
        match &self.columns {
            LabelColumns::Scope(key) => format!("{host}/group/{group}/{key}"),
            LabelColumns::Labels(_) => format!("{host}/group/{group}/labels/{}", self.name.trim()),
            LabelColumns::Statuses => format!("{host}/group/{group}/work_items/status"),
        }
    }
}

/// Whether the run of an id is a pipeline of GitLab: `HOST/pipeline/NUMBER`.
pub fn is_pipeline(run_id: &str) -> bool {
    run_id.contains("/pipeline/")
}

/// The host of a GitLab server in rows: `HOST` or `HOST:PORT` of its address in lower case, without scheme, user and
/// path. `None` where the address has none.
pub fn host_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.trim().split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    let usual = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    let host = host.strip_suffix(usual).unwrap_or(&host);
    (!host.is_empty() && !host.starts_with(':')).then(|| host.to_owned())
}

/// Whether the path of a group or project is that of a group, or below it. Paths are the same in upper and lower case.
pub fn is_at_or_below(path: &str, group: &str) -> bool {
    let (path, group) = (path.as_bytes(), group.as_bytes());
    let begins_alike = path.get(..group.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(group));
    begins_alike && path.get(group.len()).is_none_or(|next| *next == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_at_or_below_a_group_by_whole_steps() {
        for path in ["acme/shop", "Acme/Shop/api", "acme/shop/web/ui"] {
            assert!(is_at_or_below(path, "acme/shop"), "{path}");
        }
        for path in ["acme", "acme/shopping", "acme/api", "shop", ""] {
            assert!(!is_at_or_below(path, "acme/shop"), "{path}");
        }
    }

    #[test]
    fn the_host_of_an_address_keeps_an_unusual_port_and_nothing_else() {
        let host = |url| host_of(url);
        assert_eq!(host("https://gitlab.example").as_deref(), Some("gitlab.example"));
        assert_eq!(host("https://GitLab.example:8443/git/").as_deref(), Some("gitlab.example:8443"));
        assert_eq!(host("https://gitlab.example:443").as_deref(), Some("gitlab.example"));
        assert_eq!(host("http://ada@127.0.0.1:8080?x").as_deref(), Some("127.0.0.1:8080"));
        for url in ["gitlab.example", "https://", "https://:8080/"] {
            assert_eq!(host(url), None, "{url}");
        }
    }

    #[test]
    fn a_board_is_known_by_the_key_of_its_labels_by_its_name_or_as_that_of_statuses() {
        let board = |columns| LabelBoard { group: "acme".into(), name: "Work".into(), columns };
        assert_eq!(board(LabelColumns::Scope("workflow".into())).id("gitlab.com", "7"), "gitlab.com/group/7/workflow");
        let list = LabelColumns::Labels(vec!["Doing".into()]);
        assert_eq!(board(list).id("gitlab.com", "acme"), "gitlab.com/group/acme/labels/Work");
        assert_eq!(board(LabelColumns::Statuses).id("gitlab.com", "7"), "gitlab.com/group/7/work_items/status");
    }
}
