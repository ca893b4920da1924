//! Changes of a view besides the life of the organisation.
//!
//! Each change can be made to the view of any instant and then says the same: of an instant before it happened it
//! leaves the view as it is.

use model::Instant;

use super::{Content, IssueEvent, IssueEventKind, View};
use crate::ids::node_id;

/// An issue is transferred to another repository.
#[derive(Clone, Copy, Debug)]
pub struct Transfer {
    /// Position of the issue.
    pub issue: usize,
    /// Position of the repository where it goes.
    pub to: usize,
    /// When.
    pub at: Instant,
    /// Whether it gets another node id, as on GitHub; the old one then leads nowhere.
    pub new_id: bool,
    /// Whether its cards are made anew, with the same column and no event that says so; else they stay what they are.
    pub new_cards: bool,
}

impl Transfer {
    /// Number of the issue in its new repository: beyond all others, and the same at every instant.
    pub fn number(&self) -> i64 {
        100_001 + self.issue as i64
    }
}

impl View {
    /// Transfers an issue. Its timeline then has a `TransferredEvent`.
    pub fn transfer(&mut self, transfer: &Transfer) {
        let &Transfer { issue: index, to, at, new_id, new_cards } = transfer;
        if self.now < at || index >= self.issues.len() {
            return;
        }
        let issue = &mut self.issues[index];
        let from = std::mem::replace(&mut issue.repository, to);
        issue.number = transfer.number();
        issue.updated_at = issue.updated_at.max(at);
        if new_id {
            issue.id = node_id("I_kwDO", 1 << 40 | index as u64);
        }
        let place = issue.timeline.partition_point(|event| event.at <= at);
        let id = node_id("TE_lADO", 1 << 40 | index as u64);
        issue.timeline.insert(place, IssueEvent { id, at, actor: None, kind: IssueEventKind::Transferred(from) });
        if !new_cards {
            return;
        }
        for item in self.items.iter_mut().filter(|item| item.content == Content::Issue(index) && item.created_at <= at)
        {
            item.id = node_id("PVTI_lADO", 1 << 59 | (index as u64) << 8 | item.project as u64);
            item.created_at = at;
            item.updated_at = item.updated_at.max(at);
            item.status_set = item.status_set.map(|(_, last)| (at, last.max(at)));
        }
        self.items.sort_by(|left, right| {
            (left.project, left.created_at, &left.id).cmp(&(right.project, right.created_at, &right.id))
        });
    }

    /// Deletes an issue with its cards.
    pub fn delete(&mut self, issue: usize, at: Instant) {
        if self.now >= at
            && let Some(issue) = self.issues.get_mut(issue)
        {
            issue.deleted = true;
        }
    }

    /// Hides a repository, by its present or a former name: not listed, its ids unknown, its cards redacted.
    pub fn hide_repository(&mut self, name: &str) {
        for repository in &mut self.repositories {
            repository.hidden |= repository.name == name || repository.former_names.iter().any(|former| former == name);
        }
    }

    /// Gives a repository another name and perhaps another owner. Its old address leads to it.
    pub fn move_repository(&mut self, id: &str, name: &str, owner: Option<&str>) {
        for repository in self.repositories.iter_mut().filter(|repository| repository.id == id) {
            let former = std::mem::replace(&mut repository.name, name.to_owned());
            if former != name {
                repository.former_names.push(former);
            }
            repository.owner = owner.map(str::to_owned);
        }
    }

    /// Hides a board, by its number: not listed, its ids unknown, its cards and its name in events absent.
    pub fn hide_project(&mut self, number: i64) {
        for project in self.projects.iter_mut().filter(|project| project.number == number) {
            project.hidden = true;
        }
    }

    /// Calls the field whose values are the columns of a board differently.
    pub fn rename_status_field(&mut self, number: i64, name: &str) {
        for project in self.projects.iter_mut().filter(|project| project.number == number) {
            project.status_field = Some(name.to_owned());
        }
    }
}
