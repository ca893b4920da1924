//! Boards of a GitLab group.

use model::gitlab::{LabelBoard, LabelColumns, is_at_or_below};
use model::records::Project;

/// A board of a group that was found on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// Id in rows: `HOST/group/GROUP_ID/workflow`.
    pub(crate) id: String,
    /// The same with the group's path.
    by_path: String,
    host: String,
    pub(crate) configured: LabelBoard,
}

impl Board {
    /// A board of the configuration, on a [host](model::gitlab::host_of), of the group with this number.
    pub fn new(board: LabelBoard, host: &str, group_id: u64) -> Self {
        let id = board.id(host, &group_id.to_string());
        let by_path = board.id(host, &board.group);
        Self { id, by_path, host: host.to_owned(), configured: board }
    }

    /// Its id in rows: the column `project_id` of `project.csv`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its name for people, or what its labels have in common where it has none.
    pub fn name(&self) -> &str {
        match (&self.configured.columns, self.configured.name.trim()) {
            (LabelColumns::Scope(key), "") => key,
            (LabelColumns::Statuses, "") => "Status",
            (_, name) => name,
        }
    }

    /// The row of `project.csv`. Its columns are known for a list of labels only; a group has no number for its boards,
    /// which is 0, and of the address nothing is told.
    pub fn project(&self) -> Project {
        let columns = match &self.configured.columns {
            LabelColumns::Scope(_) | LabelColumns::Statuses => Vec::new(),
            LabelColumns::Labels(labels) => labels.clone(),
        };
        Project {
            number_id: self.id.clone(),
            name: self.name().to_owned(),
            id: self.by_path.clone(),
            org: self.configured.group.split('/').next().unwrap_or_default().to_owned(),
            columns,
            host: self.host.clone(),
            ..Project::default()
        }
    }

    /// Whether its columns are GitLab's own statuses.
    pub(crate) fn is_of_statuses(&self) -> bool {
        self.configured.columns == LabelColumns::Statuses
    }

    /// Whether the issues of a project are on the board: its group holds the project, or a group that does.
    /// Paths are the same in upper and lower case, as for GitLab.
    pub fn holds(&self, project_path: &str) -> bool {
        let group = &self.configured.group;
        project_path.len() > group.len() && is_at_or_below(project_path, group)
    }
}

/// The column that a label is, where it is one of the board's.
pub(crate) fn column_of<'a>(columns: &LabelColumns, label: &'a str) -> Option<&'a str> {
    match columns {
        LabelColumns::Scope(wanted) => {
            // The key of `a::b::c` is `a::b`.
            let (key, column) = label.rsplit_once("::")?;
            (key == wanted && !column.is_empty()).then_some(column)
        }
        LabelColumns::Labels(labels) => labels.iter().any(|one| one == label).then_some(label),
        LabelColumns::Statuses => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(group: &str, columns: LabelColumns) -> Board {
        Board::new(LabelBoard { group: group.into(), name: "Work".into(), columns }, "gitlab.example", 7)
    }

    #[test]
    fn a_board_holds_the_projects_of_its_group_and_of_those_below_it() {
        let board = board("acme/shop", LabelColumns::Scope("workflow".into()));
        for path in ["acme/shop/api", "Acme/Shop/web/ui"] {
            assert!(board.holds(path), "{path}");
        }
        for path in ["acme/api", "acme/shop", "acme/shopping/api", "acme"] {
            assert!(!board.holds(path), "{path}");
        }
    }

    #[test]
    fn a_board_is_a_project_with_the_number_of_its_group() {
        let project = board("acme/shop", LabelColumns::Labels(vec!["To Do".into(), "Doing".into()])).project();
        assert_eq!(project.number_id, "gitlab.example/group/7/labels/Work");
        assert_eq!(project.id, "gitlab.example/group/acme/shop/labels/Work");
        assert_eq!((project.org.as_str(), project.host.as_str()), ("acme", "gitlab.example"));
        assert_eq!(project.columns, ["To Do", "Doing"]);
    }

    #[test]
    fn the_key_of_a_scoped_label_is_all_before_the_last_colons() {
        let columns = LabelColumns::Scope("work::flow".into());
        assert_eq!(column_of(&columns, "work::flow::dev"), Some("dev"));
        for label in ["work::flow", "work::flow::dev::a", "flow::dev", "work::flow::", "dev"] {
            assert_eq!(column_of(&columns, label), None, "{label}");
        }
    }
}
