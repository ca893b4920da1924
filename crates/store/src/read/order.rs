//! The published order: organisation, repository, number; children behind their parent.

use model::columns::{Column as _, Dictionary};
use rusqlite::Connection;

use crate::read::tables::places;
use crate::sqlite::cells::Cells;
use crate::sqlite::damage::{cannot_be, in_table};
use crate::sqlite::plans::{Prepare as _, Scan};

/// The place of what has none.
pub(super) const UNKNOWN: u32 = u32::MAX;

/// Issues or pull requests in published order.
pub(crate) struct Parents {
    /// Organisation, name and host by rank of the repository.
    repositories: Vec<[Vec<u8>; 3]>,
    /// In published order.
    all: Vec<Parent>,
    /// Place in that order by stored row.
    place_of: Vec<u32>,
}

/// One issue or pull request.
pub(crate) struct Parent {
    /// Stored row.
    pub(crate) row: i64,
    /// Rank of its repository.
    repository: u32,
    /// Its number as a number; the largest where it is none.
    numeric: u64,
    /// Its number as text.
    pub(crate) number: Vec<u8>,
}

impl Parents {
    pub(crate) fn of_issues(connection: &Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT row_id, repository, number FROM issue ORDER BY row_id";
        Self::of(connection, sql, "issue")
    }

    pub(crate) fn of_pull_requests(connection: &Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT row_id, repository, number FROM pr ORDER BY row_id";
        Self::of(connection, sql, "pr")
    }

    fn of(connection: &Connection, sql: &str, table: &'static str) -> rusqlite::Result<Self> {
        let (repositories, rank_of) = repositories(connection)?;
        let mut parents = Vec::new();
        let mut statement = connection.scan(sql, Scan::Everything)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next().map_err(in_table(table, String::new))? {
            let cells = Cells(row);
            let parent = || -> rusqlite::Result<Parent> {
                let number = cells.text(2)?;
                let repository = cells.code(1)?;
                let Some(rank) = rank_of.get(repository as usize).filter(|rank| **rank != UNKNOWN) else {
                    return Err(cannot_be(format!("it is in repository {repository}, which is not there")));
                };
                Ok(Parent {
                    row: cells.int(0)?,
                    repository: *rank,
                    numeric: std::str::from_utf8(number).ok().and_then(|text| text.parse().ok()).unwrap_or(u64::MAX),
                    number: number.to_vec(),
                })
            };
            let row = || cells.int(0).map_or_else(|_| String::new(), |row| format!("row {row}"));
            parents.push(parent().map_err(in_table(table, row))?);
        }
        let key = |parent: &Parent| (parent.repository, parent.numeric);
        if !parents.is_sorted_by(|a, b| key(a) < key(b)) {
            parents.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.number.cmp(&b.number)).then(a.row.cmp(&b.row)));
        }
        let place_of = places(table, parents.iter().map(|parent| parent.row))?;
        Ok(Self { repositories, all: parents, place_of })
    }

    /// All, in published order.
    pub(crate) fn all(&self) -> &[Parent] {
        &self.all
    }

    /// Organisation, repository name and host.
    pub(crate) fn names(&self, parent: &Parent) -> [&[u8]; 3] {
        self.repositories.get(parent.repository as usize).map_or([b""; 3], |names| names.each_ref().map(Vec::as_slice))
    }

    /// Codes of organisation, name and host by rank of the repository.
    pub(crate) fn repository_codes(&self, mut code: impl FnMut(&[u8]) -> u32) -> Vec<[u32; 3]> {
        self.repositories.iter().map(|names| names.each_ref().map(|name| code(name))).collect()
    }

    /// Rank of a parent's repository, for [`Self::repository_codes`].
    pub(crate) fn repository_rank(parent: &Parent) -> usize {
        parent.repository as usize
    }

    /// Place by stored row.
    pub(crate) fn place(&self, row: i64) -> Option<u32> {
        usize::try_from(row).ok().and_then(|row| self.place_of.get(row)).copied().filter(|&place| place != UNKNOWN)
    }

    /// The one of a stored row in words: `acme/shop#7`.
    pub(crate) fn name(&self, row: i64) -> String {
        let Some(parent) = self.find(row) else { return format!("row {row}") };
        let mut name = Vec::new();
        self.write_name(parent, &mut name);
        String::from_utf8_lossy(&name).into_owned()
    }

    /// Writes `org/repo#number`, or `repo#number` where there is no organisation.
    pub(crate) fn write_name(&self, parent: &Parent, name: &mut Vec<u8>) {
        let [org, repo, _] = self.names(parent);
        let parts: &[&[u8]] =
            if org.is_empty() { &[repo, b"#", &parent.number] } else { &[org, b"/", repo, b"#", &parent.number] };
        for part in parts {
            name.extend_from_slice(part);
        }
    }

    /// The one of a stored row.
    pub(crate) fn find(&self, row: i64) -> Option<&Parent> {
        self.place(row).map(|place| &self.all[place as usize])
    }

    /// Turns the stored rows of children's parents into places, and tells by which index to gather the
    /// children's columns; `None` where they are in order already.
    pub(crate) fn arrange(&self, parents: &mut Vec<u32>) -> Option<Vec<u32>> {
        arrange(parents, &self.place_of, self.all.len())
    }
}

/// As [`Parents::arrange`], for any order that is given by stored row. Stable: children of one parent stay
/// in order. Children without a parent are left out.
pub(crate) fn arrange(parents: &mut Vec<u32>, place_of: &[u32], places: usize) -> Option<Vec<u32>> {
    let mut previous = 0;
    let mut in_order = true;
    for parent in parents.iter_mut() {
        *parent = place_of.get(*parent as usize).copied().unwrap_or(UNKNOWN);
        in_order &= *parent >= previous && *parent != UNKNOWN;
        previous = *parent;
    }
    if in_order {
        return None;
    }
    let mut next = vec![0_u32; places + 1];
    for &parent in parents.iter().filter(|&&parent| parent != UNKNOWN) {
        next[parent as usize + 1] += 1;
    }
    for place in 1..next.len() {
        next[place] += next[place - 1];
    }
    let mut index = vec![0_u32; next[places] as usize];
    for (child, &parent) in parents.iter().enumerate().filter(|&(_, &parent)| parent != UNKNOWN) {
        index[next[parent as usize] as usize] = child as u32;
        next[parent as usize] += 1;
    }
    parents.gather(&index);
    Some(index)
}

/// A card that shows an issue of the store.
pub(crate) struct Card {
    /// Stored row.
    pub(crate) row: i64,
    /// Place of the issue.
    pub(crate) issue: u32,
    /// The board's id, a code.
    pub(crate) project_id: u32,
    /// The board's name, a code.
    pub(crate) project_name: u32,
    item_id: Vec<u8>,
}

/// Cards that show issues, by issue, board and node id.
pub(crate) fn cards(connection: &Connection, issues: &Parents, dictionary: &Dictionary) -> rusqlite::Result<Vec<Card>> {
    let mut cards = Vec::new();
    let mut statement = connection.scan(
        "SELECT row_id, issue, project_id, project_name, item_id FROM project_item WHERE issue IS NOT NULL
         ORDER BY row_id",
        Scan::Everything,
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next().map_err(in_table("project_item", String::new))? {
        let cells = Cells(row);
        let code = |index| match cells.code(index)? {
            code if (code as usize) < dictionary.len() => Ok(code),
            code => Err(cannot_be(format!("the dictionary has no code {code}"))),
        };
        let card = || -> rusqlite::Result<Option<Card>> {
            let Some(issue) = issues.place(cells.int(1)?) else { return Ok(None) };
            let (project_id, project_name) = (code(2)?, code(3)?);
            Ok(Some(Card { row: cells.int(0)?, issue, project_id, project_name, item_id: cells.text(4)?.to_vec() }))
        };
        let row = || cells.int(0).map_or_else(|_| String::new(), |row| format!("row {row}"));
        cards.extend(card().map_err(in_table("project_item", row))?);
    }
    cards.sort_by(|a, b| {
        a.issue
            .cmp(&b.issue)
            .then_with(|| dictionary.bytes(a.project_id).cmp(dictionary.bytes(b.project_id)))
            .then_with(|| a.item_id.cmp(&b.item_id))
    });
    Ok(cards)
}

/// Organisation, name and host by rank, and the rank by stored row.
type Repositories = (Vec<[Vec<u8>; 3]>, Vec<u32>);

fn repositories(connection: &Connection) -> rusqlite::Result<Repositories> {
    let (mut names, mut numbers) = (Vec::new(), Vec::new());
    let sql = "SELECT row_id, org, repo, host FROM repository ORDER BY org, repo, host, id, row_id";
    let mut statement = connection.scan(sql, Scan::Everything)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next().map_err(in_table("repository", String::new))? {
        let cells = Cells(row);
        numbers.push(cells.int(0)?);
        names.push([cells.text(1)?.to_vec(), cells.text(2)?.to_vec(), cells.text(3)?.to_vec()]);
    }
    Ok((names, places("repository", numbers.into_iter())?))
}
