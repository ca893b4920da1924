//! Some repositories of GitHub, whoever owns them: their pull requests, deployments and releases since some instant.

use std::sync::Arc;

use command_line::Outcome;
use config_model::Config;
use github_client::{Credentials, GithubClient, Settings, Survey};
use github_deployments::{DeploymentSource, ReleaseSource};
use github_prs::PullRequestSource;
use model::Instant;
use model::records::{Record, Scope};
use provider::cursor::Known;
use provider::{Policy, dating};
use secrecy::SecretString;
use source::{Batch, Sink as _, SinkError, Source, SourceError, Window};
use store::{Store, StoreError};

use crate::connection::{graphql_url, user_agent};
use crate::failure::Failure;
use crate::plan::{PageSizes, Task};
use crate::run::{Run, runtime};
use crate::{lock, part};

/// What is to be pulled.
#[derive(Debug)]
pub struct Pulling {
    /// Base of the REST API: `https://api.github.com`. GraphQL is where it is beside that.
    pub api_url: String,
    /// Who asks.
    pub token: SecretString,
    /// Owner and name of each repository.
    pub repositories: Vec<(String, String)>,
    /// Since when changes are read.
    pub since: Instant,
    /// Whether pull requests are read.
    pub pull_requests: bool,
    /// Whether deployments are read.
    pub deployments: bool,
    /// Whether releases are read.
    pub releases: bool,
}

/// How a pull ended.
#[derive(Debug)]
pub struct Pulled {
    /// How the program ends.
    pub outcome: Outcome,
    /// The repositories that there are, as `owner/name`.
    pub repositories: Vec<String>,
}

/// Requests under way at the same time.
const CONCURRENCY: usize = 4;

/// Pulls into a store and tells the user how it went. Nothing is published.
pub fn pull(asked: &Pulling, store: &Arc<Store>) -> Pulled {
    let mut repositories = Vec::new();
    let outcome = all(asked, store, &mut repositories).unwrap_or_else(|failure| {
        failure.report_of("cto-dora");
        failure.outcome
    });
    Pulled { outcome, repositories }
}

fn all(asked: &Pulling, store: &Arc<Store>, found: &mut Vec<String>) -> Result<Outcome, Failure> {
    let settings = Settings {
        api_url: asked.api_url.clone(),
        graphql_url: graphql_url(&asked.api_url),
        credentials: Credentials::Token(asked.token.clone()),
        concurrency: CONCURRENCY,
        policy: Policy::default(),
        user_agent: user_agent(),
    };
    let client = GithubClient::new(settings).map_err(Failure::usage)?;
    let _lock = lock(store, &Config::default())?;
    store.check_pages()?;
    runtime()?.block_on(async {
        let mut run = Run::begin(store, Window::default())?;
        let mut tasks = Vec::new();
        for repository in &asked.repositories {
            if run.cancel.is_cancelled() {
                break;
            }
            match survey(&run, asked, &client, repository).await {
                Ok(survey) => {
                    let (label, mut of_it) = plan(&run, asked, &client, &survey)?;
                    found.push(label);
                    tasks.append(&mut of_it);
                }
                Err(failure) if failure.is_fatal() => return Err(failure.into()),
                Err(failure) => run.failed(&format!("{}/{}", repository.0, repository.1), &failure.into()),
            }
        }
        run.all(tasks, CONCURRENCY).await?;
        run.reporter.finish();
        let usage = client.usage();
        run.used("GitHub", usage.calls, usage.points, "points");
        run.summary()
    })
}

/// Looks at a repository. What the server has in its schema is asked once for each owner and remembered.
async fn survey(
    run: &Run,
    asked: &Pulling,
    client: &GithubClient,
    (owner, name): &(String, String),
) -> Result<Survey, SourceError> {
    let remembered = run.store.cursor(Scope::Schema, owner).map_err(as_source_error)?;
    let mut learned = None;
    if !remembered.is_some_and(|earlier| client.recall_schema(&earlier)) {
        learned = client.learn_schema(None, &*run.reporter, &run.cancel).await?;
    }
    let with_deliveries = asked.deployments || asked.releases;
    let mut survey = client.survey_repository((owner, name), with_deliveries, &*run.reporter, &run.cancel).await?;
    let (at, notice) =
        dating::import_time("GitHub", survey.at, client.now(), last_import(run, owner, name).map_err(as_source_error)?);
    survey.at = at;
    if let Some(notice) = notice {
        run.reporter.line(&format!("note: {notice}"));
    }
    let commit = |scope, subject: &str, records, cursor| {
        let (subject, observed_at) = (subject.to_owned(), survey.at);
        run.sink.commit(Batch { scope, subject, records, cursor, observed_at, full_crawl: None })
    };
    if learned.is_some() {
        commit(Scope::Schema, owner, Vec::new(), learned)?;
    }
    let record = Record::Repository(survey.repositories[0].record.clone());
    commit(Scope::Repositories, &survey.org, vec![record], None)?;
    Ok(survey)
}

/// When the repository was read last.
fn last_import(run: &Run, owner: &str, name: &str) -> Result<Option<Instant>, StoreError> {
    let label = format!("{owner}/{name}");
    let runs = run.store.import_runs()?.into_iter().filter(|run| run.label.eq_ignore_ascii_case(&label));
    Ok(runs.filter_map(|run| run.covered_to).max())
}

fn as_source_error(error: StoreError) -> SourceError {
    SourceError::from(SinkError { message: error.to_string(), source: Some(Box::new(error)) })
}

/// What is to be read of a repository, by its name, and says how much that is.
fn plan(run: &Run, asked: &Pulling, client: &GithubClient, survey: &Survey) -> Result<(String, Vec<Task>), Failure> {
    let (pages, summary) = (PageSizes::new(), &survey.repositories[0]);
    let id = &summary.record.id;
    let mut tasks = Vec::new();
    let mut add = |source: Arc<dyn Source>, at_first: Option<String>| {
        let stored = part::stored(&run.store, (source.scope(), id), asked.since)?;
        let (since, cursor) = match stored {
            Some((since, cursor)) => (since, Some(cursor)),
            None => (asked.since, at_first),
        };
        let expected = source.expected(Window::default(), cursor.as_deref());
        tasks.push(Task { source, cursor, expected, since: Some(since) });
        Ok::<(), Failure>(())
    };
    if asked.pull_requests {
        let source = PullRequestSource::new(client.clone(), summary, survey.at, pages.pull_requests);
        add(Arc::new(source), Some(PullRequestSource::cursor_at(asked.since)))?;
    }
    if asked.deployments {
        let source = DeploymentSource::new(client.clone(), summary, survey.at, pages.deployments);
        add(Arc::new(source), Some(DeploymentSource::cursor_at(asked.since)))?;
    }
    if asked.releases {
        // Of a release it is told when its commit was made, which may be long before it was published.
        let source = ReleaseSource::new(client.clone(), summary, survey.at, pages.releases);
        add(Arc::new(source), None)?;
    }
    let label = format!("{}/{}", summary.record.owner, summary.record.name);
    let calls: u64 = tasks.iter().map(|task| task.expected.calls).sum();
    let counted = |known: Option<Known>| known.map_or(0, |known| known.total);
    run.reporter.line(&format!(
        "{label}: {} pull requests, {} deployments, {} releases; expecting {calls} calls, and one for every further 100 that \
         changed since {}",
        summary.pull_requests,
        counted(summary.deployments),
        counted(summary.releases),
        asked.since.to_rfc3339_seconds()
    ));
    Ok((label, tasks))
}
