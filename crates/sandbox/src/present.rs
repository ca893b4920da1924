//! Snapshot of the organisation at an instant, as the provider shows it.

mod ci;
mod delivery;
mod runs;

use model::Instant;

use crate::ids::{node_id, object_id};
use crate::organisation;
use crate::organisation::delivery::{DEFAULT_BRANCH, files};
use crate::organisation::{
    IssueLife, LooseCard, LooseContent, LostEvents, NO_COLUMN, Organisation, PullRequestLife, PullRequestWhat, What,
};
use crate::random::mix;
use crate::view::{
    Actor, Content, Field, FieldValue, Issue, IssueEvent, IssueEventKind, Item, Iteration, Planning, Project,
    PullRequest, PullRequestEvent, PullRequestEventKind, Repository, Review, View,
};
use crate::words;

impl Organisation {
    /// Everything visible at `now`: states and timelines up to and including it, lost events absent.
    pub fn view(&self, now: Instant) -> View {
        self.view_losing(now, self.options.lost_events)
    }

    /// As [`Organisation::view`], with another loss of status events than the options say.
    pub fn view_losing(&self, now: Instant, lost: Option<LostEvents>) -> View {
        let presenter = Presenter::new(self, now, lost);
        let mut view = presenter.frame();
        let mut items = Vec::new();
        for index in 0..self.issues.partition_point(|issue| issue.created_at <= presenter.now) {
            view.issues.push(presenter.issue(index, &mut items));
        }
        for index in 0..self.pull_requests.partition_point(|pull| pull.created_at <= presenter.now) {
            view.pull_requests.push(presenter.pull_request(index));
        }
        for index in 0..self.loose_cards.len() {
            items.extend(presenter.loose_item(index));
        }
        items.sort_by(|left: &Item, right: &Item| {
            (left.project, left.created_at, &left.id).cmp(&(right.project, right.created_at, &right.id))
        });
        view.items = items;
        presenter.deliver(&mut view);
        view
    }
}

pub(crate) use ci::millionths;
pub(crate) use delivery::WORKFLOW_LOGIN;
pub(crate) use runs::WORKFLOWS;

/// Shows an organisation at one instant, object by object.
pub(crate) struct Presenter<'a> {
    organisation: &'a Organisation,
    now: i64,
    lost: Option<LostEvents>,
    /// Where each repository stands in the view.
    places: Vec<usize>,
    iterations: Vec<organisation::Iteration>,
}

fn instant(seconds: i64) -> Instant {
    Instant::from_seconds(seconds)
}

fn shown_iteration(iteration: &organisation::Iteration) -> Iteration {
    let [starts_on, due_on] = iteration.days();
    Iteration { number: iteration.number, title: iteration.title.clone(), starts_on, due_on }
}

fn shown_planning(planned: organisation::Planning) -> Planning {
    Planning { at: instant(planned.at), iteration: planned.iteration, is_add: planned.is_add }
}

impl<'a> Presenter<'a> {
    pub(crate) fn new(organisation: &'a Organisation, now: Instant, lost: Option<LostEvents>) -> Self {
        let now = now.seconds();
        let mut by_name: Vec<usize> = (0..organisation.repositories.len()).collect();
        by_name.sort_by_key(|index| organisation.repositories[*index].name_at(now));
        let mut places = vec![0; by_name.len()];
        for (place, index) in by_name.into_iter().enumerate() {
            places[index] = place;
        }
        Self { organisation, now, lost, places, iterations: organisation.iterations() }
    }

    /// The view without its issues, pull requests and cards.
    pub(crate) fn frame(&self) -> View {
        let organisation = self.organisation;
        let mut repositories = vec![Repository::default(); organisation.repositories.len()];
        for (index, life) in organisation.repositories.iter().enumerate() {
            let name = life.name_at(self.now);
            let former = life.names.iter().filter(|(from, former)| *from <= self.now && former != name);
            repositories[self.places[index]] = Repository {
                id: life.id.clone(),
                name: name.to_owned(),
                former_names: former.map(|(_, former)| former.clone()).collect(),
                private: life.private,
                archived: life.archived_at.is_some_and(|at| at <= self.now),
                default_branch: DEFAULT_BRANCH.to_owned(),
                service_folders: organisation.deliveries[index]
                    .setup
                    .services()
                    .iter()
                    .filter_map(|service| service.folder)
                    .collect(),
                ..Repository::default()
            };
        }
        View {
            now: instant(self.now),
            org: organisation.login.clone(),
            actors: organisation
                .people
                .iter()
                .map(|person| Actor { login: person.login.clone(), is_bot: person.is_bot })
                .chain([Actor { login: WORKFLOW_LOGIN.to_owned(), is_bot: true }])
                .collect(),
            repositories,
            iterations: self.iterations.iter().map(shown_iteration).collect(),
            projects: organisation
                .boards
                .iter()
                .map(|board| Project {
                    id: board.id.clone(),
                    number_id: board.number_id.clone(),
                    number: board.number,
                    title: board.title.clone(),
                    closed: false,
                    status_options: board
                        .columns
                        .iter()
                        .map(|column| (column.option_id.clone(), column.name_at(self.now).to_owned()))
                        .collect(),
                    ..Project::default()
                })
                .collect(),
            ..View::default()
        }
    }

    /// Position of a repository in the view.
    pub(crate) fn place(&self, repository: u16) -> usize {
        self.places[usize::from(repository)]
    }

    fn actor(&self, who: u16) -> Option<usize> {
        let person = self.organisation.people.get(usize::from(who))?;
        person.deleted_at.is_none_or(|at| at > self.now).then_some(usize::from(who))
    }

    /// An issue; its cards are appended to `items`.
    pub(crate) fn issue(&self, index: usize, items: &mut Vec<Item>) -> Issue {
        let life = &self.organisation.issues[index];
        let (repository, number) = life.place_at(self.now);
        let planned = self.organisation.planning(index, &self.iterations).into_iter();
        let mut issue = Issue {
            planning: planned.filter(|planned| planned.at <= self.now).map(shown_planning).collect(),
            id: node_id("I_kwDO", index as u64),
            repository: self.place(repository),
            number: i64::from(number),
            title: life.title.clone(),
            author: self.actor(life.author),
            assignees: life.assignees.iter().filter_map(|who| self.actor(*who)).collect(),
            labels: life.labels.iter().map(|label| (*label).to_owned()).collect(),
            issue_type: life.issue_type.map(str::to_owned),
            created_at: instant(life.created_at),
            updated_at: instant(life.created_at),
            ..Issue::default()
        };
        let first_item = items.len();
        for (position, event) in life.events_until(self.now).iter().enumerate() {
            let number = (index as u64) << 20 | position as u64;
            let at = instant(event.at);
            let shown = match event.what {
                What::Added { board, column } => {
                    items.push(self.new_item(index, number, board, column, at));
                    Some(("ATPV2_lADO", IssueEventKind::Added(usize::from(board))))
                }
                What::Moved { board, column } => {
                    let (from, to) = self.move_item(&mut items[first_item..], board, column, event.at);
                    let kind = IssueEventKind::StatusChanged(usize::from(board), from, to);
                    (!self.is_lost(event.at, number)).then_some(("PVTISC_lADO", kind))
                }
                What::Removed { board } => {
                    let place = items[first_item..].iter().position(|item| item.project == usize::from(board));
                    if let Some(place) = place {
                        items.remove(first_item + place);
                    }
                    Some(("RFPV2_lADO", IssueEventKind::Removed(usize::from(board))))
                }
                What::Archived { board } => {
                    let card = items[first_item..].iter_mut().find(|item| item.project == usize::from(board));
                    if let Some(card) = card {
                        (card.archived, card.updated_at) = (true, at);
                    }
                    None
                }
                What::Closed(reason) => {
                    (issue.closed_at, issue.updated_at) = (Some(at), at);
                    issue.state_reason = Some(reason.name());
                    Some(("CE_lADO", IssueEventKind::Closed(Some(reason.name()))))
                }
                What::Reopened => {
                    (issue.closed_at, issue.updated_at) = (None, at);
                    issue.state_reason = Some("REOPENED");
                    Some(("REE_lADO", IssueEventKind::Reopened))
                }
                What::Transferred { .. } => {
                    issue.updated_at = at;
                    let (from, _) = life.place_at(event.at - 1);
                    Some(("TE_lADO", IssueEventKind::Transferred(self.place(from))))
                }
                What::Touched => {
                    issue.updated_at = at;
                    None
                }
            };
            if let Some((prefix, kind)) = shown {
                let actor = self.actor(event.actor);
                issue.timeline.push(IssueEvent { id: node_id(prefix, number), at, actor, kind });
            }
        }
        issue
    }

    /// Whether the status event of this number is lost: decided by the event alone.
    fn is_lost(&self, at: i64, number: u64) -> bool {
        let Some(lost) = self.lost else { return false };
        let draw = (mix(number ^ mix(self.organisation.options.seed)) >> 11) as f64 / (1_u64 << 53) as f64;
        instant(at) >= lost.from && draw < lost.share
    }

    fn new_item(&self, index: usize, number: u64, board: u8, column: u8, at: Instant) -> Item {
        Item {
            id: node_id("PVTI_lADO", number),
            project: usize::from(board),
            content: Content::Issue(index),
            status: (column != NO_COLUMN).then_some(usize::from(column)),
            status_set: (column != NO_COLUMN).then_some((at, at)),
            archived: false,
            created_at: at,
            updated_at: at,
            fields: if self.organisation.options.told_by_both {
                Vec::new()
            } else {
                fields(&self.organisation.issues[index], index)
            },
        }
    }

    /// Moves the card of a board; the names of the columns before and after, as they were called then.
    fn move_item(&self, cards: &mut [Item], board: u8, column: u8, at: i64) -> (String, String) {
        let columns = &self.organisation.boards[usize::from(board)].columns;
        let name =
            |column: Option<usize>| column.map_or_else(String::new, |column| columns[column].name_at(at).to_owned());
        let to = (column != NO_COLUMN).then_some(usize::from(column));
        let Some(card) = cards.iter_mut().find(|card| card.project == usize::from(board)) else {
            return (String::new(), name(to));
        };
        let from = std::mem::replace(&mut card.status, to);
        let at = instant(at);
        card.status_set = to.map(|_| (card.status_set.map_or(at, |(made, _)| made), at));
        card.updated_at = at;
        (name(from), name(to))
    }

    /// A card that shows no issue, where it exists now.
    pub(crate) fn loose_item(&self, index: usize) -> Option<Item> {
        let card: &LooseCard = &self.organisation.loose_cards[index];
        if card.created_at > self.now || card.removed_at.is_some_and(|at| at <= self.now) {
            return None;
        }
        let moves = card.moves.iter().filter(|(at, _)| *at <= self.now);
        let archived_at = card.archived_at.filter(|at| *at <= self.now);
        let moves: Vec<_> = moves.filter(|(at, _)| archived_at.is_none_or(|archived| *at <= archived)).collect();
        let last = moves.last();
        let updated_at = last.map_or(card.created_at, |(at, _)| *at).max(archived_at.unwrap_or(card.created_at));
        Some(Item {
            id: node_id("PVTI_lADO", 1 << 60 | index as u64),
            project: usize::from(card.board),
            content: match card.content {
                LooseContent::PullRequest(pull_request) => Content::PullRequest(pull_request),
                LooseContent::Draft => Content::Draft,
                LooseContent::Redacted => Content::Redacted,
            },
            status: last.map(|(_, column)| usize::from(*column)),
            status_set: last.map(|(at, _)| (instant(moves[0].0), instant(*at))),
            archived: archived_at.is_some(),
            created_at: instant(card.created_at),
            updated_at: instant(updated_at),
            fields: Vec::new(),
        })
    }

    /// A pull request.
    pub(crate) fn pull_request(&self, index: usize) -> PullRequest {
        let life = &self.organisation.pull_requests[index];
        let closed_at = life.closed_at.filter(|at| *at <= self.now);
        let merged_at = closed_at.filter(|_| life.merged);
        let mut pull_request = PullRequest {
            id: node_id("PR_kwDO", index as u64),
            repository: self.place(life.repository),
            number: i64::from(life.number),
            title: life.title.clone(),
            author: self.actor(life.author),
            labels: life.labels.iter().map(|label| (*label).to_owned()).collect(),
            base: life.base.to_owned(),
            head_branch: Self::head_branch(life),
            head_sha: self.head_sha(index),
            is_draft: life.opened_as_draft,
            created_at: instant(life.created_at),
            closed_at: closed_at.map(instant),
            merged_at: merged_at.map(instant),
            merge_commit: merged_at.map(|_| object_id(index as u64)),
            additions: i64::from(life.additions),
            deletions: i64::from(life.deletions),
            changed_files: i64::from(life.changed_files),
            files: files(self.organisation, index),
            commits: life.commits.iter().filter(|at| **at <= self.now).map(|at| instant(*at)).collect(),
            ..PullRequest::default()
        };
        pull_request.reviews = self.reviews(life, index);
        for (position, &(at, who, what)) in life.events.iter().enumerate().filter(|(_, event)| event.0 <= self.now) {
            let kind = match what {
                PullRequestWhat::ReadyForReview => PullRequestEventKind::ReadyForReview,
                PullRequestWhat::ConvertedToDraft => PullRequestEventKind::ConvertToDraft,
                PullRequestWhat::ReviewRequested => PullRequestEventKind::ReviewRequested,
                PullRequestWhat::ReviewDismissed(review) => {
                    PullRequestEventKind::ReviewDismissed(review as usize, life.reviews[review as usize].state.name())
                }
            };
            match what {
                PullRequestWhat::ReadyForReview => pull_request.is_draft = false,
                PullRequestWhat::ConvertedToDraft => pull_request.is_draft = true,
                _ => {}
            }
            let id = node_id("PRE_lADO", (index as u64) << 20 | position as u64);
            pull_request.timeline.push(PullRequestEvent { id, at: instant(at), actor: self.actor(who), kind });
        }
        if let Some(at) = pull_request.closed_at {
            let id = node_id("PCE_lADO", (index as u64) << 20 | life.events.len() as u64);
            let (actor, kind) = (self.actor(life.author), PullRequestEventKind::Closed);
            pull_request.timeline.push(PullRequestEvent { id, at, actor, kind });
            pull_request.timeline.sort_by_key(|event| event.at);
        }
        let changes = pull_request.timeline.iter().map(|event| event.at);
        let submitted = pull_request.reviews.iter().filter_map(|review| review.submitted_at);
        let last = changes.chain(submitted).chain(pull_request.commits.iter().copied()).chain(pull_request.closed_at);
        pull_request.updated_at = last.max().unwrap_or(pull_request.created_at).max(pull_request.created_at);
        pull_request
    }

    fn reviews(&self, life: &PullRequestLife, index: usize) -> Vec<Review> {
        let visible = life.reviews.iter().filter(|review| review.at <= self.now).enumerate();
        let reviews = visible.map(|(position, review)| {
            let dismissed = review.dismissed_at.is_some_and(|at| at <= self.now);
            let pending = review.state == crate::organisation::ReviewState::Pending;
            Review {
                id: node_id("PRR_kwDO", (index as u64) << 20 | position as u64),
                author: self.actor(review.author),
                state: if dismissed { "DISMISSED" } else { review.state.name() },
                submitted_at: (!pending).then_some(instant(review.at)),
            }
        });
        reviews.collect()
    }
}

/// Fields of an issue's cards besides title and status: the same on all its cards, and for its whole life.
fn fields(life: &IssueLife, index: usize) -> Vec<Field> {
    let mut fields = Vec::new();
    if let Some(source) = life.bug_source {
        fields.push(Field {
            name: words::BUG_SOURCE_FIELD.to_owned(),
            value: FieldValue::SingleSelect(words::BUG_SOURCES[usize::from(source)].to_owned()),
        });
    }
    if let Some(quarters) = life.estimate_quarters {
        let value = FieldValue::Number(f64::from(quarters) / 4.0);
        fields.push(Field { name: "Estimate".to_owned(), value });
    }
    if index % 12 == 5 {
        let value = FieldValue::Iteration(format!("Sprint {}", 1 + life.created_at / (14 * 86_400) % 26));
        fields.push(Field { name: "Sprint".to_owned(), value });
    }
    if index % 60 == 7 {
        let day = instant(life.created_at + 30 * 86_400).to_rfc3339_seconds();
        fields.push(Field { name: "Due".to_owned(), value: FieldValue::Date(day[..10].to_owned()) });
    }
    if index % 90 == 8 {
        let value = FieldValue::Text("ask the customer, \"again\"".to_owned());
        fields.push(Field { name: "Notes".to_owned(), value });
    }
    fields
}
