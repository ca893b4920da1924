//! Conduct of the simulated GitHub: the form of its ids, and what its schema lacks.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::lack::{Lack, without};
use super::node::Kind;
use super::schema::schema;
use crate::ids::{fnv1a, node_id};

/// The request header that asks for ids of the new form, with the value `1`.
pub(crate) const NEXT_GLOBAL_ID: &str = "x-github-next-global-id";

/// What kind of GitHub answers.
#[derive(Clone, Debug, Default)]
pub struct Conduct {
    /// The form of its ids.
    pub ids: Ids,
    /// What its schema lacks, as that of an older server does.
    pub lacks: Vec<Lack>,
}

/// A form of node ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdForm {
    /// `I_kwDO…`: those of the view.
    #[default]
    New,
    /// Base64 of the type and a number, `MDU6SXNzdWUx`: what GitHub gave before.
    Old,
    /// In the form of the new ones but all different, as after a move to another instance.
    Other,
}

/// What has an id that may change its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// Repositories.
    Repository,
    /// Issues.
    Issue,
    /// Pull requests.
    PullRequest,
    /// Boards.
    Project,
    /// Cards.
    Item,
    /// Reviews.
    Review,
    /// Events of timelines.
    Event,
}

/// Which ids are shown, and which are understood.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    /// The form that is shown.
    pub form: IdForm,
    /// The form that is shown to requests with `X-GitHub-Next-Global-ID: 1`; `None`: the header changes nothing.
    pub asked: Option<IdForm>,
    /// From which query on, counted from one since this was set, which form is shown instead of [`Ids::form`].
    pub later: Option<(u64, IdForm)>,
    /// What has ids of these forms; the ids of everything else are of the new one. `None`: everything.
    pub kinds: Option<Vec<IdKind>>,
    /// Whether ids of the forms that are not shown lead nowhere.
    pub others_unknown: bool,
}

impl Ids {
    /// All ids in one form; those of the others still lead to their objects.
    pub fn of(form: IdForm) -> Self {
        Self { form, ..Self::default() }
    }
}

impl IdForm {
    /// The id of an object in this form, from its id in the view.
    pub(crate) fn of(self, kind: Kind, id: &str) -> String {
        match self {
            Self::New => id.to_owned(),
            Self::Old => {
                let name = kind.type_name();
                STANDARD.encode(format!("0{}:{name}{}", name.len(), fnv1a(id) % 1_000_000_000_000_000))
            }
            Self::Other => {
                let prefix = id.split('_').next().unwrap_or_default();
                node_id(&format!("{prefix}_kgDO"), fnv1a(id))
            }
        }
    }
}

/// What one call shows and understands.
#[derive(Default)]
pub(crate) struct ShownIds {
    form: IdForm,
    kinds: Option<Vec<IdKind>>,
    others_unknown: bool,
}

impl ShownIds {
    /// The id that an object of a kind shows, from its id in the view.
    pub(crate) fn shown(&self, kind: Kind, id: String) -> String {
        match self.form_of(kind) {
            IdForm::New => id,
            form => form.of(kind, &id),
        }
    }

    /// Whether an id of a form leads to an object of a kind.
    pub(crate) fn understands(&self, kind: Kind, form: IdForm) -> bool {
        !self.others_unknown || id_kind(kind).is_none() || self.form_of(kind) == form
    }

    fn form_of(&self, kind: Kind) -> IdForm {
        let changes = id_kind(kind).is_some_and(|kind| self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind)));
        if changes { self.form } else { IdForm::New }
    }
}

fn id_kind(kind: Kind) -> Option<IdKind> {
    Some(match kind {
        Kind::Repository => IdKind::Repository,
        Kind::Issue => IdKind::Issue,
        Kind::PullRequest => IdKind::PullRequest,
        Kind::Project => IdKind::Project,
        Kind::Item => IdKind::Item,
        Kind::Review => IdKind::Review,
        Kind::Closed
        | Kind::Reopened
        | Kind::AddedToProject
        | Kind::StatusChanged
        | Kind::RemovedFromProject
        | Kind::Transferred
        | Kind::ReadyForReview
        | Kind::ConvertToDraft
        | Kind::ReviewRequested
        | Kind::ReviewDismissed
        | Kind::PullRequestClosed => IdKind::Event,
        _ => return None,
    })
}

/// A conduct in force.
#[derive(Default)]
pub(crate) struct InForce {
    conduct: Conduct,
    calls: AtomicU64,
    schema: OnceLock<Valid<Schema>>,
}

impl InForce {
    /// From now on.
    pub(crate) fn new(conduct: Conduct) -> Self {
        Self { conduct, ..Self::default() }
    }

    /// The ids of a call, which is counted.
    pub(crate) fn ids(&self, headers: &HeaderMap) -> ShownIds {
        let ids = &self.conduct.ids;
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let later = ids.later.filter(|(from, _)| call >= *from).map(|(_, form)| form);
        let asks = headers.get(NEXT_GLOBAL_ID).is_some_and(|value| value == "1");
        let form = ids.asked.filter(|_| asks).or(later).unwrap_or(ids.form);
        ShownIds { form, kinds: ids.kinds.clone(), others_unknown: ids.others_unknown }
    }

    /// What the schema lacks.
    pub(crate) fn lacks(&self) -> &[Lack] {
        &self.conduct.lacks
    }

    /// The schema as introspection shows it.
    pub(crate) fn schema(&self) -> &Valid<Schema> {
        self.schema.get_or_init(|| without(schema(), &self.conduct.lacks))
    }
}
