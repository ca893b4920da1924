//! GitLab's own statuses of an issue (Premium, from 18.2 on): the present one, and the moves that its system notes tell.

use gitlab_client::Time;
use model::Instant;
use model::gitlab::UNKNOWN_STATUS;
use serde::Deserialize;

use crate::moves::{Move, Track};
use crate::wire::User;

/// What the query of an issue's status and notes brings. Its page size is that of the notes.
pub(crate) const QUERY: &str = "\
query StatusesOfIssue($project: ID!, $iid: String!, $first: Int, $cursor: String) {
  project(fullPath: $project) {
    issue(iid: $iid) {
      status { name }
      notes(filter: ONLY_ACTIVITY, first: $first, after: $cursor) {
        pageInfo { hasNextPage endCursor }
        nodes { id createdAt system body author { username bot } systemNoteMetadata { action } }
      }
    }
  }
}";

/// The statuses of one issue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statuses {
    /// The present one; `None` where GitLab tells none: without a licence for them, and of types that have none.
    pub present: Option<String>,
    /// Notes of activity, each once or repeated, in any order.
    pub notes: Vec<Note>,
}

/// A note of an issue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// `gid://gitlab/Note/800001`.
    pub id: String,
    /// When.
    created_at: Time,
    /// Whether GitLab itself wrote it.
    #[serde(default)]
    system: bool,
    /// Its text.
    #[serde(default)]
    body: String,
    /// Who did what it tells; `None` for deleted users.
    #[serde(default)]
    author: Option<User>,
    /// What it tells of.
    #[serde(default)]
    system_note_metadata: Option<Metadata>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Metadata {
    action: Option<String>,
}

/// What a note says of the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said<'a> {
    /// It was set to this one.
    Set(&'a str),
    /// It was set, in words that are not understood.
    Unknown,
}

impl Note {
    /// Notes about the statuses of incidents and alerts, which are something else, have the action `status` and other words.
    fn said(&self) -> Option<Said<'_>> {
        let action = self.system_note_metadata.as_ref().and_then(|metadata| metadata.action.as_deref());
        let is_of_status = action == Some("work_item_status");
        if !self.system || !(is_of_status || matches!(action, None | Some("status"))) {
            return None;
        }
        match set_to(&self.body) {
            Some(name) => Some(Said::Set(name)),
            None => is_of_status.then_some(Said::Unknown),
        }
    }

    fn number(&self) -> u64 {
        self.id.rsplit('/').next().and_then(|number| number.parse().ok()).unwrap_or_default()
    }
}

/// `In progress` of ``set status to **In progress**``.
fn set_to(body: &str) -> Option<&str> {
    let name = body.trim().strip_prefix("set status to **")?.strip_suffix("**")?.trim();
    (!name.is_empty() && !name.contains('\n')).then_some(name)
}

impl Statuses {
    /// How many notes are about the status and not understood.
    pub(crate) fn not_understood(&self) -> u64 {
        self.notes.iter().filter(|note| note.said() == Some(Said::Unknown)).count() as u64
    }

    /// Moves from status to status. The first is from no column: which status an issue had at its creation, no note tells.
    pub(crate) fn track(&self) -> Track {
        let mut notes: Vec<(&Note, Said<'_>)> =
            self.notes.iter().filter_map(|note| Some((note, note.said()?))).collect();
        notes.sort_by_key(|(note, _)| (note.created_at, note.number()));
        notes.dedup_by_key(|(note, _)| note.number());
        let mut track = Track { column: Some(String::new()), ..Track::default() };
        for (note, said) in notes {
            match said {
                Said::Set(name) => go(&mut track, name, note.created_at.0, note.author.as_ref()),
                Said::Unknown => track.column = None,
            }
        }
        track.agrees = track.column == self.present;
        track
    }
}

/// Notes a move. Several within one second are one, since files tell whole seconds.
fn go(track: &mut Track, to: &str, at: Instant, user: Option<&User>) {
    let from = track.column.replace(to.to_owned()).unwrap_or_else(|| UNKNOWN_STATUS.to_owned());
    let before = track.moves.pop_if(|last| last.at == at && last.to == from);
    let from = before.map_or(from, |before| before.from);
    if from != to {
        let by = user.map(|user| user.username.clone()).unwrap_or_default();
        track.moves.push(Move { at, from, to: to.to_owned(), by });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn note(number: u64, second: u64, action: Option<&str>, body: &str) -> Note {
        serde_json::from_value(json!({
            "id": format!("gid://gitlab/Note/{number}"), "createdAt": format!("2026-03-02T09:00:{second:02}Z"), "system": true,
            "body": body, "author": {"username": "ada"}, "systemNoteMetadata": action.map(|action| json!({"action": action})),
        }))
        .expect("a note")
    }

    fn set(number: u64, second: u64, name: &str) -> Note {
        note(number, second, Some("work_item_status"), &format!("set status to **{name}**"))
    }

    /// Moves as `SECOND FROM>TO`, and whether they end with the present status.
    fn followed(present: Option<&str>, notes: Vec<Note>) -> (Vec<String>, bool) {
        let track = Statuses { present: present.map(str::to_owned), notes }.track();
        let moves = track.moves.iter().map(|moved| format!("{} {}>{}", moved.at.seconds() % 60, moved.from, moved.to));
        (moves.collect(), track.agrees)
    }

    #[test]
    fn a_note_that_sets_the_status_is_a_move() {
        let notes = vec![set(2, 9, "Won't do **yet**"), set(1, 5, "In progress"), set(1, 5, "In progress")];
        let moves = ["5 >In progress", "9 In progress>Won't do **yet**"].map(str::to_owned).to_vec();
        assert_eq!(followed(Some("Won't do **yet**"), notes), (moves, true));
    }

    #[test]
    fn moves_within_one_second_are_one_and_there_and_back_is_none() {
        let (moves, _) = followed(None, vec![set(1, 5, "A"), set(2, 5, "B"), set(3, 7, "C"), set(4, 7, "B")]);
        assert_eq!(moves, ["5 >B"]);
    }

    #[test]
    fn a_wording_that_is_not_understood_is_a_gap() {
        let strange = || note(2, 6, Some("work_item_status"), "moved on to In review");
        let (moves, agrees) = followed(Some("B"), vec![set(1, 5, "A"), strange(), set(3, 9, "B")]);
        assert_eq!(moves, ["5 >A".to_owned(), format!("9 {UNKNOWN_STATUS}>B")]);
        assert!(agrees);
        let statuses = Statuses { present: Some("A".to_owned()), notes: vec![set(1, 5, "A"), strange()] };
        assert_eq!((statuses.track().agrees, statuses.not_understood()), (false, 1), "where it went is not known");
    }

    #[test]
    fn notes_of_other_things_say_nothing_of_the_status() {
        let mut remark = set(4, 8, "Done");
        remark.system = false;
        let notes = vec![
            note(1, 5, Some("status"), "changed the incident status to **Resolved** by closing the incident"),
            note(2, 6, Some("label"), "added ~12 label"),
            note(3, 7, Some("title"), "set status to **Done**"),
            remark,
        ];
        assert_eq!(followed(None, notes), (Vec::new(), false));
    }

    #[test]
    fn a_note_whose_action_is_not_told_is_known_by_its_words() {
        for action in [None, Some("status")] {
            let notes = vec![note(1, 5, action, "set status to **Done**"), note(2, 6, action, "set status to Done")];
            assert_eq!(followed(Some("Done"), notes), (vec!["5 >Done".to_owned()], true));
        }
    }

    #[test]
    fn a_present_status_that_no_note_ends_with_does_not_agree() {
        assert!(!followed(Some("To do"), Vec::new()).1);
        assert!(!followed(Some("Doing"), vec![set(1, 5, "In progress")]).1, "it was renamed, or mapped to another one");
        assert!(!followed(None, vec![set(1, 5, "In progress")]).1);
    }
}
