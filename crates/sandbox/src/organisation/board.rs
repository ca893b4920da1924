//! Boards and their columns.

use model::rules::Step;

/// A column of a board.
pub(crate) struct Column {
    pub(crate) option_id: String,
    pub(crate) name: String,
    /// From when on it is called differently, and how.
    pub(crate) renamed: Option<(i64, String)>,
    /// Step of work; `None` = the configuration maps it nowhere.
    pub(crate) step: Option<Step>,
    /// Whether entering it starts the lead time.
    pub(crate) lead: bool,
    /// Whether entering it starts the cycle time.
    pub(crate) cycle: bool,
}

impl Column {
    /// Its name at an instant.
    pub(crate) fn name_at(&self, at: i64) -> &str {
        match &self.renamed {
            Some((from, name)) if at >= *from => name,
            _ => &self.name,
        }
    }
}

/// A board.
pub(crate) struct Board {
    pub(crate) id: String,
    pub(crate) number_id: String,
    pub(crate) number: i64,
    pub(crate) title: String,
    pub(crate) columns: Vec<Column>,
    /// Whether the configuration lists the cycle-time columns or leaves them to the default.
    pub(crate) lists_cycle_columns: bool,
    /// How much slower than usual its people are.
    pub(crate) slowness: f64,
}

/// Column name, its new name, step, starts the lead time.
type Template = (&'static str, Option<&'static str>, Option<Step>, bool);

const PLATFORM: &[Template] = &[
    ("Backlog", None, Some(Step::Backlog), true),
    ("Ready", None, Some(Step::Ready), false),
    ("In Progress", None, Some(Step::Dev), false),
    ("Blocked", None, None, false),
    ("In Review", None, Some(Step::Review), false),
    ("In QA", None, Some(Step::Qa), false),
    ("Ready for prod", None, Some(Step::WaitingToProd), false),
    ("Done", None, Some(Step::Done), false),
];
const MOBILE: &[Template] = &[
    ("Icebox", None, Some(Step::Backlog), true),
    ("Backlog", None, Some(Step::Backlog), true),
    ("Ready for Dev", None, Some(Step::Ready), true),
    ("In Progress", Some("Doing"), Some(Step::Dev), false),
    ("In Review", None, Some(Step::Review), false),
    ("UAT", None, Some(Step::Qa), false),
    ("Waiting for store", None, Some(Step::WaitingToProd), false),
    ("Done", None, Some(Step::Done), false),
];
const DATA: &[Template] = &[
    ("Backlog", None, Some(Step::Backlog), false),
    ("In progress", None, Some(Step::Dev), true),
    ("In review", None, Some(Step::Review), false),
    ("Done", None, Some(Step::Done), false),
];
const KANBAN: &[Template] = &[
    ("Backlog", None, Some(Step::Backlog), true),
    ("Prêt", None, Some(Step::Ready), true),
    ("En cours", None, Some(Step::Dev), false),
    ("À relire", Some("Relecture, à deux"), Some(Step::Review), false),
    ("QA", None, Some(Step::Qa), false),
    ("Shipped", None, Some(Step::Done), false),
];
const TEMPLATES: [(&str, &[Template]); 4] =
    [("Platform", PLATFORM), ("Mobile app", MOBILE), ("Data", DATA), ("Växjö kanban", KANBAN)];

impl Board {
    /// The board of an index; columns that are renamed are so at `rename_at`.
    pub(crate) fn new(index: usize, id: String, rename_at: i64) -> Self {
        let (title, template) = TEMPLATES[index % TEMPLATES.len()];
        let round = index / TEMPLATES.len();
        let columns = template
            .iter()
            .enumerate()
            .map(|(position, &(name, new_name, step, lead))| Column {
                option_id: format!("{:08x}", crate::random::mix((index * 64 + position) as u64) as u32),
                name: name.to_owned(),
                renamed: new_name.map(|new_name| (rename_at, new_name.to_owned())),
                step,
                lead,
                cycle: step == Some(Step::Dev),
            })
            .collect();
        Self {
            id,
            number_id: (4_100_001 + index).to_string(),
            number: index as i64 + 1,
            title: if round == 0 { title.to_owned() } else { format!("{title} {}", round + 1) },
            columns,
            lists_cycle_columns: index.is_multiple_of(2),
            slowness: 1.0 + 0.15 * (index % 5) as f64,
        }
    }

    /// The column of a step, the last one listed; `None` where the board has none.
    pub(crate) fn column_of(&self, step: Step) -> Option<u8> {
        self.columns.iter().rposition(|column| column.step == Some(step)).map(|position| position as u8)
    }

    /// The column that the configuration maps nowhere, if there is one.
    pub(crate) fn unmapped_column(&self) -> Option<u8> {
        self.columns.iter().position(|column| column.step.is_none()).map(|position| position as u8)
    }

    /// The column of the step or of the nearest later one that the board has.
    pub(crate) fn column_from(&self, step: Step) -> u8 {
        Step::ALL
            .into_iter()
            .filter(|candidate| *candidate >= step)
            .find_map(|candidate| self.column_of(candidate))
            .expect("every board has a done column")
    }
}
