//! Boards and their columns: which step, lead mark and cycle mark each column name has.

use hashbrown::HashMap;
use model::columns::Raw;
use model::names::comparable;
use model::rules::{ProjectRules, Rules, Step};

use super::FlowError;

/// Position of no board.
pub const NO_BOARD: u16 = u16::MAX;
/// Step of a column that is mapped to none.
pub(crate) const UNMAPPED: u8 = u8::MAX;
const NO_NAME: u32 = u32::MAX;

/// A board that issues are or were on, or that the configuration names; excluded boards are not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// `fullDatabaseId` as text.
    pub id: String,
    /// Present name; the configured one where the data has none.
    pub name: String,
    /// Whether the configuration names it. Others use GitHub's own column names.
    pub configured: bool,
}

/// What one column name means on one board.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnRule {
    pub(crate) step: u8,
    pub(crate) lead: bool,
    pub(crate) cycle: bool,
}

/// All boards. Positions are by content: configured ones in the order of the configuration, then the
/// others by id, then excluded ones.
#[derive(Debug)]
pub(crate) struct Boards {
    pub(crate) list: Vec<Board>,
    /// Types to keep, comparable, by board; empty keeps all.
    pub(crate) types: Vec<Vec<String>>,
    /// First step whose entry starts the cycle time even where the cycle-time columns were skipped.
    pub(crate) cycle_from: Vec<u8>,
    board_of_code: Vec<u16>,
    name_of_code: Vec<u32>,
    names: Vec<String>,
    rules: Vec<ColumnRule>,
}

impl Boards {
    /// Reads the boards and columns of the data and maps every column of every board.
    pub(crate) fn new(raw: &Raw, rules: &Rules) -> Result<Self, FlowError> {
        let (name_of_code, names) = column_names(raw);
        let configured = configured_boards(rules);
        let listed = listed_boards(raw, rules);
        let ids: Vec<String> = listed.iter().map(|board| board.id.clone()).collect();
        let mut boards = Self {
            list: Vec::new(),
            types: Vec::new(),
            cycle_from: Vec::new(),
            board_of_code: board_codes(raw, &ids),
            name_of_code,
            names,
            rules: Vec::new(),
        };
        for (position, board) in listed.into_iter().enumerate() {
            let defaults;
            let project = if let Some(project) = configured.get(position).copied() {
                project
            } else {
                defaults = default_columns(&board.id);
                &defaults
            };
            boards.add(project, board)?;
        }
        Ok(boards)
    }

    fn add(&mut self, project: &ProjectRules, board: Board) -> Result<(), FlowError> {
        let steps = steps_of(project)?;
        let lead: Vec<String> = project.lead_time_columns.iter().map(|name| comparable(name)).collect();
        let dev_if_none = if project.cycle_time_columns.is_empty() {
            &project.dev_start_columns
        } else {
            &project.cycle_time_columns
        };
        let cycle: Vec<String> = dev_if_none.iter().map(|name| comparable(name)).collect();
        let first_cycle_step = cycle.iter().filter_map(|name| steps.get(name)).copied().min();
        self.cycle_from.push(match first_cycle_step {
            Some(step) if !project.cycle_time_columns.is_empty() => step as u8 + 1,
            _ => Step::Dev as u8,
        });
        self.rules.extend(self.names.iter().map(|name| ColumnRule {
            step: steps.get(name).map_or(UNMAPPED, |step| *step as u8),
            lead: lead.contains(name),
            cycle: cycle.contains(name),
        }));
        self.types.push(project.types.iter().map(|kind| comparable(kind)).collect());
        self.list.push(board);
        Ok(())
    }

    /// Position of a board by the code of its id; [`NO_BOARD`] when it is excluded or has no id.
    pub(crate) fn of_code(&self, code: u32) -> u16 {
        self.board_of_code[code as usize]
    }

    /// Whether that code names a board at all, excluded or not.
    pub(crate) fn name(&self, code: u32) -> u32 {
        self.name_of_code[code as usize]
    }

    /// What a column means on a board.
    pub(crate) fn rule(&self, board: u16, name: u32) -> ColumnRule {
        self.rules[board as usize * self.names.len() + name as usize]
    }

    /// Whether a board has a column of some kind whose step lies between two steps, both included.
    pub(crate) fn has_column_within(&self, board: u16, from: u8, to: u8, is: impl Fn(&ColumnRule) -> bool) -> bool {
        let names = self.names.len();
        let rules = &self.rules[board as usize * names..][..names];
        rules.iter().any(|rule| is(rule) && (from..=to).contains(&rule.step))
    }

    /// The comparable text of a column name.
    pub(crate) fn name_text(&self, name: u32) -> &str {
        &self.names[name as usize]
    }

    /// How many column names there are.
    pub(crate) fn name_count(&self) -> usize {
        self.names.len()
    }

    /// Whether two column names are one place as far as history goes: the same name, or the same step,
    /// so that a renamed column is no gap. Names that are mapped nowhere cannot be told apart by step.
    pub(crate) fn chains(&self, board: u16, one: u32, other: u32) -> bool {
        one == other || self.rule(board, one).step == self.rule(board, other).step
    }
}

fn configured_boards(rules: &Rules) -> Vec<&ProjectRules> {
    rules.projects.iter().filter(|project| !project.exclude && !project.id.is_empty()).collect()
}

/// The boards that count: configured ones in the order of the configuration, then the others of the data by id.
pub(crate) fn listed_boards(raw: &Raw, rules: &Rules) -> Vec<Board> {
    let seen = seen_boards(raw);
    let configured = configured_boards(rules);
    let is_configured = |id: &str| rules.projects.iter().any(|project| project.id == id);
    let mut others: Vec<&String> = seen.keys().filter(|id| !is_configured(id)).collect();
    others.sort_unstable();
    let name = |id: &str| present_name(raw, &seen, id);
    let configured = configured.into_iter().map(|project| Board {
        id: project.id.clone(),
        name: name(&project.id).unwrap_or_else(|| project.name.clone()),
        configured: true,
    });
    let others =
        others.into_iter().map(|id| Board { id: id.clone(), name: name(id).unwrap_or_default(), configured: false });
    configured.chain(others).collect()
}

/// GitHub's own column names, for boards that the configuration does not name.
fn default_columns(id: &str) -> ProjectRules {
    let columns = |name: &str| vec![name.to_owned()];
    ProjectRules {
        id: id.to_owned(),
        put_in_ready_columns: columns("Ready"),
        dev_start_columns: columns("In progress"),
        review_start_columns: columns("In review"),
        inprod_start_columns: columns("Done"),
        ..ProjectRules::default()
    }
}

fn steps_of(project: &ProjectRules) -> Result<HashMap<String, Step>, FlowError> {
    let mut steps: HashMap<String, Step> = HashMap::new();
    let no_backlog = Vec::new();
    let listed = [
        (Step::Backlog, project.backlog_columns.as_ref().unwrap_or(&no_backlog)),
        (Step::Ready, &project.put_in_ready_columns),
        (Step::Dev, &project.dev_start_columns),
        (Step::Review, &project.review_start_columns),
        (Step::Qa, &project.qa_start_columns),
        (Step::WaitingToProd, &project.waitingtoprod_start_columns),
        (Step::Done, &project.inprod_start_columns),
    ];
    for (step, columns) in listed {
        for column in columns {
            let first = *steps.entry(comparable(column)).or_insert(step);
            if first != step {
                return Err(FlowError::ColumnOnTwoSteps {
                    project: project.id.clone(),
                    column: column.clone(),
                    first: first.name(),
                    second: step.name(),
                });
            }
        }
    }
    if project.backlog_columns.is_none() {
        let defaults = project.lead_time_columns.iter().map(String::as_str).chain(["Backlog", ""]);
        for column in defaults {
            steps.entry(comparable(column)).or_insert(Step::Backlog);
        }
    }
    Ok(steps)
}

/// Names of the columns in the data, comparable and in order, and the position of each by text code.
fn column_names(raw: &Raw) -> (Vec<u32>, Vec<String>) {
    let mut is_column = vec![false; raw.dictionary.len()];
    is_column[model::columns::Dictionary::EMPTY as usize] = true;
    let codes = [&raw.project_events.from_column, &raw.project_events.to_column, &raw.sightings.status];
    for code in codes.into_iter().flatten() {
        is_column[*code as usize] = true;
    }
    let texts: Vec<Option<String>> = is_column
        .iter()
        .enumerate()
        .map(|(code, is_column)| is_column.then(|| comparable(&raw.dictionary.text(code as u32))))
        .collect();
    let mut names: Vec<String> = texts.iter().flatten().cloned().collect();
    names.sort_unstable();
    names.dedup();
    let positions = texts
        .into_iter()
        .map(|text| text.and_then(|text| names.binary_search(&text).ok()).map_or(NO_NAME, |name| name as u32))
        .collect();
    (positions, names)
}

/// Ids of the boards in the data, each with its latest name and when that was seen.
fn seen_boards(raw: &Raw) -> HashMap<String, (i64, String)> {
    let mut latest: HashMap<(u32, u32), i64> = HashMap::new();
    let mut see = |id: u32, name: u32, at: i64| {
        let seen = latest.entry((id, name)).or_insert(at);
        *seen = at.max(*seen);
    };
    let events = &raw.project_events;
    let mut last = (u32::MAX, u32::MAX, i64::MAX);
    for row in 0..events.issue.len() {
        let (id, name, at) = (events.project_id[row], events.project_name[row], events.at.micros(row));
        // Runs of one board are the rule: look up only what could change the answer.
        if (id, name) != (last.0, last.1) || at > last.2 {
            see(id, name, at);
            last = (id, name, at);
        }
    }
    let sightings = &raw.sightings;
    for row in 0..sightings.issue.len() {
        see(sightings.project_id[row], sightings.project_name[row], sightings.observed_at.micros(row));
    }
    let mut boards: HashMap<String, (i64, String)> = HashMap::new();
    for ((id, name), at) in latest {
        let (id, name) = (raw.dictionary.text(id).into_owned(), raw.dictionary.text(name).into_owned());
        if id.is_empty() {
            continue;
        }
        let best = boards.entry(id).or_insert_with(|| (i64::MIN, String::new()));
        if !name.is_empty() && (at, &name) > (best.0, &best.1) {
            *best = (at, name);
        }
    }
    boards
}

fn present_name(raw: &Raw, seen: &HashMap<String, (i64, String)>, id: &str) -> Option<String> {
    let listed = raw.projects.iter().find(|project| project.number_id == id).map(|project| project.name.clone());
    listed.or_else(|| seen.get(id).map(|(_, name)| name.clone())).filter(|name| !name.is_empty())
}

fn board_codes(raw: &Raw, ids: &[String]) -> Vec<u16> {
    let positions: HashMap<&str, u16> =
        ids.iter().enumerate().map(|(position, id)| (id.as_str(), position as u16)).collect();
    let mut codes = vec![NO_BOARD; raw.dictionary.len()];
    for code in raw.project_events.project_id.iter().chain(&raw.sightings.project_id) {
        let code = *code as usize;
        if codes[code] == NO_BOARD
            && let Some(position) = positions.get(&*raw.dictionary.text(code as u32))
        {
            codes[code] = *position;
        }
    }
    codes
}
