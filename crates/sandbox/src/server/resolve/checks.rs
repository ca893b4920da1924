//! Check suites of runs of workflows, and their check runs: the jobs.

use model::kinds::RunConclusion;

use super::{Context, Resolve, Value, placed};
use crate::server::node::Node;
use crate::server::plan::Arguments;
use crate::server::rest::actions::shown_jobs;
use crate::view::{CiAttempt, CiJob};

impl<'v> Context<'v> {
    fn attempt(&self, node: Node) -> &'v CiAttempt {
        &self.view().ci_runs[node.at()].attempts[node.inner()]
    }

    fn check_run(&self, node: Node) -> &'v CiJob {
        let (attempt, job) = node.attempt_and_job();
        &self.view().ci_runs[node.at()].attempts[attempt].jobs[job]
    }
}

pub(super) fn suite(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(context.shown_id(node)),
        "checkRuns" => check_runs,
        _ => return None,
    };
    Some(resolve)
}

/// The jobs of an attempt.
fn check_runs<'v>(context: &Context<'v>, node: Node, arguments: &Arguments) -> Value<'v> {
    if context.hides.checks {
        return Value::Error {
            kind: "FORBIDDEN",
            message: "Resource not accessible by personal access token".to_owned(),
            saml: false,
        };
    }
    let is_last = node.inner() + 1 == context.view().ci_runs[node.at()].attempts.len();
    let is_empty = context.hides.earlier_checks && !is_last;
    let count = if is_empty { 0 } else { shown_jobs(context.attempt(node)).count() };
    let nodes = (0..count).map(|job| Node::check_run(node.at(), node.inner(), job));
    context.page_by_position(&placed(nodes), arguments)
}

pub(super) fn run(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(context.id(node)),
        // Unlike the schema says, numbers do not fit 32 bits.
        "databaseId" => |context, node, _| Value::Integer(context.check_run(node).id as i64),
        "name" => |context, node, _| Value::Text(&context.check_run(node).name),
        "status" => |context, node, _| Value::Owned(context.check_run(node).status.name().to_uppercase()),
        "conclusion" => |context, node, _| match context.check_run(node).conclusion {
            RunConclusion::None => Value::Null,
            conclusion => Value::Owned(conclusion.name().to_uppercase()),
        },
        "startedAt" => |context, node, _| Value::optional_time(context.check_run(node).started_at),
        "completedAt" => |context, node, _| Value::optional_time(context.check_run(node).finished_at),
        _ => return None,
    };
    Some(resolve)
}
