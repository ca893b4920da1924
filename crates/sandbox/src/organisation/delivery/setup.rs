//! How a repository merges and delivers: the first eight each in their own way, the others most often from main.

/// Name of the default branch.
pub(crate) const DEFAULT_BRANCH: &str = "main";
/// Name of the release branch.
pub(crate) const RELEASE_BRANCH: &str = "release/2026";

/// What merging a pull request makes of its commits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MergeMethod {
    /// One commit.
    Squash,
    /// The branch's own commits, and one with two parents.
    MergeCommit,
    /// A copy of each of them.
    Rebase,
}

/// How often a branch is deployed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rhythm {
    /// Some time after each merge, several times a day.
    Continuous,
    /// In the afternoon, if there is something new.
    Daily,
    /// On Tuesdays.
    Weekly,
}

/// What users are served from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivers {
    /// A library or the like.
    Nothing,
    /// Published releases of main.
    Releases,
    /// Deployments of the release branch, into which main is merged now and then and fixes are picked.
    ReleaseBranch,
    /// Deployments of main.
    Main { rhythm: Rhythm, regions: bool },
    /// Deployments of main after each merge, each by a tag of its own.
    Tags,
    /// Deployments of main, of two services that live in folders of their own.
    Folders,
}

/// What is deployed together.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    /// Its name; `None`: that of the repository with its organisation.
    pub(crate) name: Option<&'static str>,
    /// The label by which an issue names it; `None`: by being in its repository.
    pub(crate) label: Option<&'static str>,
    /// The folder whose changes are its own; `None`: all are.
    pub(crate) folder: Option<&'static str>,
    /// Environments of production.
    pub(crate) production: &'static [&'static str],
    /// How often it is deployed.
    pub(crate) rhythm: Rhythm,
}

impl Service {
    const CART: Self = Self {
        name: Some("cart"),
        label: Some("service:cart"),
        folder: Some("services/cart"),
        production: &["prod-cart"],
        rhythm: Rhythm::Continuous,
    };
    const PAY: Self = Self {
        name: Some("pay"),
        label: Some("service:pay"),
        folder: Some("services/pay"),
        production: &["prod-pay"],
        rhythm: Rhythm::Daily,
    };
}

/// How a repository merges and delivers.
#[derive(Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) merges: MergeMethod,
    pub(crate) delivers: Delivers,
    /// Whether deployments to production wait for an approval.
    pub(crate) approves: bool,
    /// What the environment of production was called when a deployment was made, where that is another name.
    pub(crate) made_as: Option<&'static str>,
    /// Whether pull requests have previews.
    pub(crate) previews: bool,
    /// Whether a force push drops a deployed commit, and a deployment waits for ever.
    pub(crate) has_accidents: bool,
}

impl Setup {
    /// By the repository's position. With `told_by_both` nothing is released, no merge copies the commits of a branch, and
    /// no environment has two names.
    pub(crate) fn of(repository: usize, told_by_both: bool) -> Self {
        let setup = Self::usual(repository);
        if !told_by_both {
            return setup;
        }
        let delivers = match setup.delivers {
            Delivers::Releases => Delivers::Main { rhythm: Rhythm::Daily, regions: false },
            delivers => delivers,
        };
        let merges = if setup.merges == MergeMethod::Rebase { MergeMethod::Squash } else { setup.merges };
        Self { delivers, merges, made_as: None, ..setup }
    }

    fn usual(repository: usize) -> Self {
        let from_main = |rhythm| Delivers::Main { rhythm, regions: false };
        let delivers = match (repository, repository % 3) {
            (0, _) => from_main(Rhythm::Continuous),
            (1, _) => Delivers::Releases,
            (2, _) => Delivers::ReleaseBranch,
            (3, _) => Delivers::Main { rhythm: Rhythm::Daily, regions: true },
            (5, _) => from_main(Rhythm::Weekly),
            (6, _) => Delivers::Folders,
            (7, _) => Delivers::Tags,
            _ if repository % 8 == 4 => Delivers::Nothing,
            (_, 0) => from_main(Rhythm::Daily),
            (_, 1) => from_main(Rhythm::Continuous),
            _ => from_main(Rhythm::Weekly),
        };
        Self {
            merges: [MergeMethod::Squash, MergeMethod::MergeCommit, MergeMethod::Rebase][repository % 3],
            delivers,
            approves: repository % 8 == 5,
            made_as: (repository % 8 == 5).then_some("prod"),
            previews: repository.is_multiple_of(8),
            has_accidents: repository == 0,
        }
    }

    /// Name of the branch that users are served from.
    pub(crate) fn branch(&self) -> &'static str {
        if self.delivers == Delivers::ReleaseBranch { RELEASE_BRANCH } else { DEFAULT_BRANCH }
    }

    /// What is deployed together, in order of their names; one service where nothing is.
    pub(crate) fn services(&self) -> Vec<Service> {
        let whole = |rhythm, production| Service { name: None, label: None, folder: None, production, rhythm };
        match self.delivers {
            Delivers::Folders => vec![Service::CART, Service::PAY],
            Delivers::Main { rhythm, regions: true } => vec![whole(rhythm, &["prod-eu", "prod-us"])],
            Delivers::Main { rhythm, regions: false } => vec![whole(rhythm, &["production"])],
            Delivers::Tags => vec![whole(Rhythm::Continuous, &["production"])],
            Delivers::Nothing | Delivers::Releases | Delivers::ReleaseBranch => {
                vec![whole(Rhythm::Daily, &["production"])]
            }
        }
    }
}
