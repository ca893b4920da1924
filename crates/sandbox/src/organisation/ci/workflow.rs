//! The workflows of a repository and the jobs that they are made of.

/// A workflow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Workflow {
    Ci,
    Nightly,
    Deploy,
    Rollback,
}

impl Workflow {
    /// Its file below `.github/workflows`.
    pub(crate) fn file(self) -> &'static str {
        match self {
            Self::Ci => "ci.yml",
            Self::Nightly => "nightly.yml",
            Self::Deploy => "deploy.yml",
            Self::Rollback => "rollback.yml",
        }
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ci => "CI",
            Self::Nightly => "Nightly",
            Self::Deploy => "deploy",
            Self::Rollback => "rollback",
        }
    }

    /// Whether its jobs are those of deployments.
    pub(crate) fn deploys(self) -> bool {
        matches!(self, Self::Deploy | Self::Rollback)
    }
}

/// What a job asks of its machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Machine {
    Linux,
    Windows,
    Mac,
    /// A larger one, by a name that the organisation has given it.
    Large,
    /// One of its own.
    Own,
}

impl Machine {
    /// The labels that a workflow of GitHub asks for.
    pub(crate) fn labels(self) -> &'static [&'static str] {
        match self {
            Self::Linux => &["ubuntu-latest"],
            Self::Windows => &["windows-latest"],
            Self::Mac => &["macos-latest"],
            Self::Large => &["linux-xl"],
            Self::Own => &["self-hosted", "linux"],
        }
    }

    /// The tags that a job of GitLab asks for.
    pub(crate) fn tags(self) -> &'static [&'static str] {
        match self {
            Self::Linux => &["saas-linux-small-amd64"],
            Self::Windows => &["saas-windows-medium-amd64"],
            Self::Mac => &["saas-macos-medium-m1"],
            Self::Large => &["saas-linux-xlarge-amd64"],
            Self::Own => &["linux"],
        }
    }

    /// Median seconds of waiting for one.
    pub(super) fn usual_queue(self) -> f64 {
        match self {
            Self::Linux => 7.0,
            Self::Windows => 25.0,
            Self::Mac => 90.0,
            Self::Large => 45.0,
            Self::Own => 60.0,
        }
    }
}

/// A job as the file of its workflow describes it.
#[derive(Clone, Copy)]
pub(super) struct JobPlan {
    pub(super) name: &'static str,
    /// Jobs of a stage begin when all of the stage before are green.
    pub(super) stage: usize,
    pub(super) machine: Machine,
    /// Median of its time.
    pub(super) seconds: f64,
    /// How likely a flaw of the code is found by it and not by another, as a share.
    pub(super) finds: f64,
    /// How likely it fails for nothing.
    pub(super) shaky: f64,
    pub(super) may_fail: bool,
    /// After how many seconds somebody approves of it, where somebody has to.
    pub(super) approval: Option<Approval>,
}

/// What becomes of a job that waits for an approval.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Approval {
    After(i64),
    Never,
}

/// Names of the stages.
pub(super) const STAGES: [&str; 4] = ["test", "build", "verify", "publish"];

impl JobPlan {
    const fn new(name: &'static str, stage: usize, machine: Machine, seconds: f64, finds: f64, shaky: f64) -> Self {
        Self { name, stage, machine, seconds, finds, shaky, may_fail: false, approval: None }
    }
}

/// The jobs of CI: three kinds of repositories take turns.
pub(super) fn ci_jobs(repository: usize) -> Vec<JobPlan> {
    use Machine::{Linux, Mac, Own, Windows};
    let lint = JobPlan::new("lint", 0, Linux, 44.0, 0.3, 0.0);
    match repository % 3 {
        0 => vec![
            lint,
            JobPlan::new("unit (20)", 0, Linux, 140.0, 0.3, 0.008),
            JobPlan::new("unit (22)", 0, Linux, 150.0, 0.1, 0.008),
            JobPlan::new("build", 1, Linux, 110.0, 0.1, 0.0),
            JobPlan::new("e2e / chrome", 2, Linux, 330.0, 0.2, 0.05),
        ],
        1 => vec![
            lint,
            JobPlan::new("unit (ubuntu-latest)", 0, Linux, 130.0, 0.3, 0.005),
            JobPlan::new("unit (windows-latest)", 0, Windows, 240.0, 0.15, 0.03),
            JobPlan::new("build", 1, Linux, 95.0, 0.05, 0.0),
            JobPlan::new("e2e", 2, Own, 280.0, 0.2, 0.04),
        ],
        _ => vec![
            lint,
            JobPlan::new("unit", 0, Linux, 160.0, 0.4, 0.01),
            JobPlan::new("build (android)", 1, Linux, 200.0, 0.15, 0.01),
            JobPlan::new("build (ios)", 1, Mac, 260.0, 0.15, 0.03),
        ],
    }
}

/// What CI does behind an approval, now and then, after a merge.
pub(super) fn publishing(approval: Approval) -> JobPlan {
    JobPlan { approval: Some(approval), ..JobPlan::new("publish docs", 3, Machine::Linux, 60.0, 0.0, 0.0) }
}

/// The jobs of a night. There are larger machines from `is_large` on.
pub(super) fn nightly_jobs(is_large: bool) -> Vec<JobPlan> {
    let machine = if is_large { Machine::Large } else { Machine::Linux };
    vec![
        JobPlan::new("browsers (chrome)", 0, Machine::Linux, 900.0, 0.4, 0.04),
        JobPlan::new("browsers (firefox)", 0, Machine::Linux, 1_000.0, 0.3, 0.06),
        JobPlan::new("load", 0, machine, 1_500.0, 0.3, 0.02),
        JobPlan { may_fail: true, ..JobPlan::new("next runtime", 0, Machine::Linux, 300.0, 0.0, 0.0) },
    ]
}
