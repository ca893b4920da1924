//! The part of a run that asks GitLab: groups, their projects, issues, merge requests, deployments and pipelines.

use std::collections::BTreeSet;
use std::sync::Arc;

use command_line::say;
use config_model::{CiImport, CiJobs, Config};
use gitlab_ci::PipelineSource;
use gitlab_client::{GitlabClient, ProjectSummary, Settings, Survey};
use gitlab_deployments::{CommitSource, DeploymentSource};
use gitlab_issues::{Board, IssueRules, IssueSource};
use gitlab_merge_requests::MergeRequestSource;
use model::Instant;
use model::delivery::DeliveryRules;
use model::gitlab::{LabelBoard, is_at_or_below};
use model::records::{ImportRun, Record, RunOutcome};
use provider::{Policy, dating};
use secrecy::SecretString;
use source::{Batch, Scope, Sink as _, Source, SourceError, Window};
use store::Store;
use tokio_util::sync::CancellationToken;

use crate::Arguments;
use crate::connection::{clock, policy, user_agent, variable};
use crate::failure::Failure;
use crate::plan::{Task, task};
use crate::reporter::Reporter;
use crate::run::{Run, runtime, title};

const GITLAB: &str = "GitLab";

/// Calls that GitLab's own server allows in a minute.
const CALLS_PER_MINUTE: u64 = 2000;

/// Which groups are imported, and through which client.
pub(crate) struct Target {
    groups: Vec<String>,
    client: GitlabClient,
    concurrency: usize,
    /// Boards that labels and statuses make, of whichever group.
    boards: Vec<LabelBoard>,
    /// Which deployments count: the commits behind them are imported.
    delivery: DeliveryRules,
    /// How CI is imported; `None` where it is not asked for.
    ci: Option<CiImport>,
    /// Whether iterations are asked for.
    iterations: bool,
    /// Whether titles of confidential issues are told.
    tells_confidential: bool,
}

/// From flags, environment and configuration; `None` where no group is named or nothing of GitLab is asked for. What is
/// missing is named with its remedy.
pub(crate) fn target(arguments: &Arguments, config: &Config) -> Result<Option<Target>, Failure> {
    let named = if arguments.gitlab_group.is_empty() { &config.gitlab.groups } else { &arguments.gitlab_group };
    let groups: Vec<String> = named.iter().map(|group| group.trim().trim_matches('/').to_owned()).collect();
    if groups.is_empty() || !arguments.wants_forges() {
        return Ok(None);
    }
    if groups.iter().any(String::is_empty) {
        return Err(Failure::usage(
            "--gitlab-group is empty: name a group by its path, for example acme or acme/platform",
        ));
    }
    let Some(token) = variable("GITLAB_TOKEN") else {
        return Err(Failure::usage("no credentials: set GITLAB_TOKEN to a token of GitLab with the scope read_api"));
    };
    let concurrency = arguments.concurrency.map(usize::from).or(config.import.concurrency).unwrap_or(4);
    let settings = Settings {
        url: config.gitlab.address().to_owned(),
        token: SecretString::from(token),
        concurrency,
        policy: policy(&config.import, Policy::USUAL),
        user_agent: user_agent(),
    };
    let client = GitlabClient::with_clock(settings, clock(config.import.clock.as_ref())).map_err(Failure::usage)?;
    let (boards, tells_confidential) = (config.gitlab.label_boards(), config.reporting.confidential);
    let delivery = config.delivery.rules();
    let ci = arguments.ci(config);
    let iterations = config.gitlab.iterations;
    Ok(Some(Target { groups, client, concurrency, boards, delivery, ci, iterations, tells_confidential }))
}

/// Prints what a run would fetch. Asks for the groups and their projects only and stores nothing. Gives the projects that
/// `--repo` names and that there are.
pub(crate) fn dry_run(
    arguments: &Arguments,
    target: &Target,
    store: Option<&Store>,
) -> Result<BTreeSet<String>, Failure> {
    let (reporter, cancel, runtime) = (Reporter::new(), CancellationToken::new(), runtime()?);
    let window = Window { since: arguments.since, full: arguments.full };
    say!("{:<62} {:>9} {:>7}", "would fetch", "records", "calls");
    let (mut calls, mut found) = (0, BTreeSet::new());
    for group in &target.groups {
        let survey = runtime.block_on(target.client.survey(group, &reporter, &cancel))?;
        found.append(&mut matched(arguments, &survey));
        // Which of them there are decides the calls; their groups have numbers once they are asked for.
        let host = target.client.host();
        let boards = concerned(target, &survey).map(|board| Board::new(board.clone(), &host, 0)).collect();
        for source in Sources::new(arguments, target, survey, boards).all() {
            let task = task(source, window, store)?;
            if task.expected.calls == 0 {
                continue;
            }
            say!("{:<62} {:>9} {:>7}", title(&*task.source), task.expected.records, task.expected.calls);
            calls += task.expected.calls;
        }
    }
    if target.ci.is_some() {
        say!("how many jobs there are is not known: of those that are new, 100 take a call more");
    }
    let minutes = calls.div_ceil(CALLS_PER_MINUTE);
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    say!(
        "{calls} calls: at {CALLS_PER_MINUTE} a minute, which gitlab.com allows, that takes at least {minutes} {unit}"
    );
    Ok(found)
}

/// Imports all groups; one that fails does not keep the others from being imported.
pub(crate) async fn import(run: &mut Run, arguments: &Arguments, target: &Target) -> Result<(), Failure> {
    run.sink = run.sink.clone().counting(&target.delivery);
    for group in &target.groups {
        if run.cancel.is_cancelled() {
            break;
        }
        run.reporter.line(&format!("looking at {group} on {}", target.client.host()));
        match target.client.survey(group, &*run.reporter, &run.cancel).await {
            Ok(mut survey) => {
                let last = last_import(target, &survey, &run.store)?;
                let (at, notice) = dating::import_time(GITLAB, survey.at, target.client.now(), last);
                survey.at = at;
                if let Some(notice) = notice {
                    run.reporter.line(&format!("note: {notice}"));
                }
                of_group(run, arguments, target, survey).await?;
            }
            Err(error) => run.failed(&format!("{GITLAB} group {group}"), &Failure::from(error)),
        }
        run.reporter.finish();
    }
    run.used(GITLAB, target.client.usage().calls, 0, "");
    Ok(())
}

/// What the last import of this group is dated with.
fn last_import(target: &Target, survey: &Survey, store: &Store) -> Result<Option<Instant>, Failure> {
    let subject = target.client.id_of("group", survey.group.id);
    let runs = store.import_runs()?.into_iter();
    let of_group = runs.filter(|run| run.scope == Scope::Repositories && run.subject == subject);
    Ok(of_group.filter(|run| run.covered_to.is_some()).max_by_key(|run| run.run).and_then(|run| run.covered_to))
}

async fn of_group(run: &mut Run, arguments: &Arguments, target: &Target, survey: Survey) -> Result<(), Failure> {
    let boards = boards(run, target, &survey).await;
    store_survey(run, target, &survey, &boards)?;
    name_unlisted(run, target, &survey)?;
    run.matched.append(&mut matched(arguments, &survey));
    let (group, projects) = (survey.group.full_path.clone(), survey.projects.len());
    let Sources { lists, commits } = Sources::new(arguments, target, survey, boards);
    let tasks = |sources: Vec<Arc<dyn Source>>, run: &Run| -> Result<Vec<Task>, Failure> {
        sources.into_iter().map(|source| task(source, run.window, Some(&*run.store))).collect()
    };
    let (lists, commits) = (tasks(lists, run)?, tasks(commits, run)?);
    let expected = || lists.iter().chain(&commits).map(|task| task.expected);
    let calls: u64 = expected().map(|expected| expected.calls).sum();
    run.reporter.line(&format!("{group}: {projects} projects; expecting about {calls} calls"));
    run.reporter.begin(expected().map(|expected| expected.records).sum());
    run.all(lists, target.concurrency).await?;
    run.all_unless_refused(commits, target.concurrency).await
}

/// The configured boards on which issues of a group are.
fn concerned<'a>(target: &'a Target, survey: &'a Survey) -> impl Iterator<Item = &'a LabelBoard> {
    let group = &survey.group.full_path;
    target.boards.iter().filter(|board| is_at_or_below(&board.group, group) || is_at_or_below(group, &board.group))
}

/// The configured boards on which issues of a group are, with the numbers of their groups. One whose group is not shown is
/// named and left out.
async fn boards(run: &mut Run, target: &Target, survey: &Survey) -> Vec<Board> {
    let (client, group) = (&target.client, &survey.group);
    let mut boards = Vec::new();
    for board in concerned(target, survey) {
        let number = if board.group.eq_ignore_ascii_case(&group.full_path) {
            Ok(group.id)
        } else {
            client.group(&board.group, &*run.reporter, &run.cancel).await.map(|(group, _)| group.id)
        };
        match number {
            Ok(number) => boards.push(Board::new(board.clone(), &client.host(), number)),
            Err(error) => run.failed(&format!("board of {} (gitlab.boards)", board.group), &Failure::from(error)),
        }
    }
    boards
}

/// What is read of a group.
struct Sources {
    lists: Vec<Arc<dyn Source>>,
    /// The commits behind deployments, which come after those: they say which are read.
    commits: Vec<Arc<dyn Source>>,
}

impl Sources {
    fn new(arguments: &Arguments, target: &Target, survey: Survey, boards: Vec<Board>) -> Self {
        let (survey, client) = (Arc::new(survey), || target.client.clone());
        let mut sources = Self { lists: Vec::new(), commits: Vec::new() };
        let chosen = || survey.projects.iter().filter(|project| chooses(arguments, project));
        let only =
            (!arguments.repo.is_empty()).then(|| chosen().map(|project| project.number).collect::<BTreeSet<_>>());
        if arguments.wants_issues() {
            // Which labels make an incident of an issue is decided when figures are computed, as for GitHub.
            let rules = IssueRules {
                boards,
                only: only.clone(),
                iterations: target.iterations,
                tells_confidential: target.tells_confidential,
                concurrency: target.concurrency,
                ..IssueRules::default()
            };
            sources.lists.push(Arc::new(IssueSource::new(client(), Arc::clone(&survey), rules)));
        }
        if arguments.wants_pull_requests() {
            let tells_apart = |project: &&ProjectSummary| {
                target.delivery.tells_folders_apart(&project.record.org, &project.record.name)
            };
            let with_folders = survey.projects.iter().filter(tells_apart).map(|project| project.path.clone());
            let source = MergeRequestSource::new(client(), Arc::clone(&survey));
            sources.lists.push(Arc::new(source.with_folders(with_folders.collect()).only(only)));
        }
        if arguments.wants_deliveries() {
            for project in chosen().filter(|project| project.may_deploy) {
                sources.lists.push(Arc::new(DeploymentSource::new(client(), project, survey.at)));
                sources.commits.push(Arc::new(CommitSource::new(client(), project, survey.at)));
            }
        }
        if let Some(import) = &target.ci {
            for project in chosen().filter(|project| project.may_build) {
                let source = PipelineSource::new(client(), project, survey.at, import.months);
                let source = if import.jobs == CiJobs::Off { source.without_jobs() } else { source };
                sources.lists.push(Arc::new(source));
            }
        }
        sources
    }

    fn all(self) -> impl Iterator<Item = Arc<dyn Source>> {
        self.lists.into_iter().chain(self.commits)
    }
}

/// Whether a project is asked for: `--repo` names it, or nothing.
fn chooses(arguments: &Arguments, project: &ProjectSummary) -> bool {
    arguments.repo.is_empty() || arguments.repo.iter().any(|name| is_called(project, name))
}

/// Whether a name is that of a project: its whole path, or the path below the top group.
fn is_called(project: &ProjectSummary, name: &str) -> bool {
    name == project.path || name == project.record.name
}

/// Names of projects that were asked for and that there are.
fn matched(arguments: &Arguments, survey: &Survey) -> BTreeSet<String> {
    let is_there = |name: &&String| survey.projects.iter().any(|project| is_called(project, name));
    arguments.repo.iter().filter(is_there).cloned().collect()
}

fn store_survey(run: &Run, target: &Target, survey: &Survey, boards: &[Board]) -> Result<(), Failure> {
    let subject = target.client.id_of("group", survey.group.id);
    let repositories = survey.projects.iter().map(|project| Record::Repository(project.record.clone())).collect();
    let projects = boards.iter().map(|board| Record::Project(board.project())).collect();
    let records: [(Scope, Vec<Record>); 2] = [(Scope::Repositories, repositories), (Scope::Projects, projects)];
    for (scope, records) in records {
        let (count, subject, observed_at) = (records.len() as i64, subject.clone(), survey.at);
        let batch = Batch { scope, subject: subject.clone(), records, cursor: None, observed_at, full_crawl: None };
        run.sink.commit(batch).map_err(SourceError::from)?;
        run.store.record_import(&ImportRun {
            run: run.number,
            scope: scope.into(),
            subject,
            label: survey.group.full_path.clone(),
            outcome: RunOutcome::Ok.into(),
            full: true,
            covered_to: Some(survey.at),
            records: count,
            ..ImportRun::default()
        })?;
    }
    Ok(())
}

/// Names the projects of the group that were imported before and are listed no longer.
fn name_unlisted(run: &mut Run, target: &Target, survey: &Survey) -> Result<(), Failure> {
    let group = &survey.group.full_path;
    let (top, below) = group.split_once('/').unwrap_or((group, ""));
    for project in run.store.unlisted_repositories(&target.client.host(), top, run.number)? {
        let is_in_group =
            project.name.strip_prefix(below).is_some_and(|rest| below.is_empty() || rest.starts_with('/'));
        if is_in_group {
            let why = "it was imported before and is not listed any more (deleted, moved away, or hidden): give the token access to it \
                       again; what is stored of it stays";
            run.missing(&format!("{top}/{}", project.name), why);
        }
    }
    Ok(())
}
