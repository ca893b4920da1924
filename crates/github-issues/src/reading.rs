//! Reading of issues, shared by every way of it: following long lists and ending.

use github_client::{Following, GithubClient, PageSize, Tally, faults};
use model::Instant;
use model::records::{Issue, Place, UntoldOfIssue};
use source::{Context, ErrorKind, SourceError, Usage};

use crate::convert::{self, Cards, LeftOut, Rest, Sight};
use crate::wire::{RestOfIssue, issues};

/// The field that may be hidden or gone without anything missing.
pub(crate) const MAY_BE_HIDDEN: Option<&str> = Some("project");

/// A reading under way: through which client, for whom, and what it has brought so far.
pub(crate) struct Reading<'a> {
    pub(crate) client: &'a GithubClient,
    pub(crate) pages: &'a PageSize,
    pub(crate) context: &'a Context<'a>,
    /// As in [`Sight`].
    pub(crate) cards: &'a Cards,
    pub(crate) tally: Tally<'a>,
    pub(crate) left_out: LeftOut,
    /// What the server cannot tell of any issue.
    untold: UntoldOfIssue,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(
        client: &'a GithubClient,
        pages: &'a PageSize,
        context: &'a Context<'a>,
        at: Instant,
        cards: &'a Cards,
    ) -> Self {
        Self {
            client,
            pages,
            context,
            cards,
            tally: Tally::new(context, at),
            left_out: LeftOut::default(),
            untold: convert::untold(|part| client.asks_for(part)),
        }
    }

    /// One issue with all that its lists hold. `None` when part of them failed.
    pub(crate) async fn issue(
        &mut self,
        wire: issues::IssueFields,
        place: Place,
    ) -> Result<Option<Issue>, SourceError> {
        let (mut issue, mut rest) = self.convert(wire, place)?;
        let mut following = Following::unknown();
        while !rest.is_empty() {
            let what = format!("the rest of {}", issue.url);
            let variables = self.rest_variables(&issue.id, &rest);
            let (progress, cancel) = (self.context.progress, &self.context.cancel);
            let reply = self.client.query::<RestOfIssue>(&what, variables, progress, cancel).await?;
            self.tally.count(&reply);
            let Some(wire) = reply.data.node else {
                return Err(faults::absent(&what, &reply.errors, reply.request_id));
            };
            let sorted = faults::sort(reply.errors, "node", MAY_BE_HIDDEN);
            if !sorted.failures.is_empty() {
                self.tally.faults.add(sorted.failures, reply.request_id.as_deref());
                return Ok(None);
            }
            let (next, next_rest) = self.convert(wire, issue.place.clone())?;
            convert::append(&mut issue, &rest, next);
            let next_rest = rest.onward(next_rest);
            following.goes_on(&what, Following::LARGEST_PAGE, reply.request_id.as_deref())?;
            if next_rest == rest {
                return Err(faults::stuck(&what, reply.request_id));
            }
            rest = next_rest;
        }
        Ok(Some(issue))
    }

    fn convert(&mut self, wire: issues::IssueFields, place: Place) -> Result<(Issue, Rest), SourceError> {
        let sight = Sight { at: self.tally.at, cards: self.cards, untold: self.untold };
        let empty_before = self.left_out.empty_entries;
        let (issue, rest) = convert::issue(wire, place, sight, &mut self.left_out)
            .map_err(|error| SourceError::new(ErrorKind::UnexpectedResponse, error.to_string()))?;
        for _ in empty_before..self.left_out.empty_entries {
            self.tally.faults.add_hole(&format!("the lists of {}", issue.url));
        }
        Ok((issue, rest))
    }

    /// Says what was left out and used; fails when something is missing. `what` names what was read.
    pub(crate) fn end(self, what: &str) -> Result<Usage, SourceError> {
        let left_out = [
            (self.left_out.hidden_boards, "board events left out, since their board is gone or may not be seen"),
            (self.left_out.empty_entries, "entries came empty and were left out"),
        ];
        self.tally.note(what, &left_out);
        self.tally.into_result(what)
    }

    /// Variables for one object, with a page of one and nothing to go on from.
    pub(crate) fn variables(&self, id: &str) -> issues::Variables {
        issues::Variables {
            id: id.to_owned(),
            first: 1,
            after: None,
            order: issues::IssueOrder {
                field: issues::IssueOrderField::CREATED_AT,
                direction: issues::OrderDirection::ASC,
            },
            filter: None,
            labels_after: None,
            assignees_after: None,
            timeline_after: None,
            items_after: None,
            bug_source: self.cards.bug_source.clone(),
            with_bug_source: !self.cards.bug_source.is_empty(),
        }
    }

    fn rest_variables(&self, issue_id: &str, rest: &Rest) -> issues::Variables {
        issues::Variables {
            labels_after: rest.labels.clone(),
            assignees_after: rest.assignees.clone(),
            timeline_after: rest.timeline.clone(),
            items_after: rest.items.clone(),
            ..self.variables(issue_id)
        }
    }
}
