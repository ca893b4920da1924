//! Parts of GitHub's schema that an import can do without.

/// The oldest GitHub Enterprise Server that has everything else.
pub(crate) const OLDEST_SERVER: &str = "3.16";

/// A part of the schema that is left out of every query where the server does not have it.
#[derive(Debug)]
pub(crate) struct Optional {
    /// A type, a field, an argument or a value: `IssueType`, `Issue.issueType`, `Issue.stateReason(enableDuplicate:)`,
    /// `IssueTimelineItemsItemType.CLOSED_EVENT`.
    pub(crate) part: &'static str,
    /// A field that is asked for instead, under the same name, where the server has that one.
    pub(crate) instead: Option<&'static str>,
    /// What an import does not know without it.
    pub(crate) without: &'static str,
}

const fn part(part: &'static str, without: &'static str) -> Optional {
    Optional { part, instead: None, without }
}

const POINTS: &str = "what queries cost is not counted";
const REASONS: &str = "why issues were closed is not known";
const HISTORY: &str = "the way of cards over boards is known from this program's own sightings alone";
const TYPES: &str = "types of issues are not known, their kinds come from labels alone";

/// All of them. What is not here is essential: without it nothing that an import says could be trusted.
pub(crate) const OPTIONAL: [Optional; 23] = [
    part("Query.rateLimit", POINTS),
    part("RateLimit", POINTS),
    part("RateLimit.cost", POINTS),
    part("RateLimit.limit", POINTS),
    part("RateLimit.remaining", POINTS),
    part("RateLimit.resetAt", POINTS),
    part("Issue.stateReason", REASONS),
    part("Issue.stateReason(enableDuplicate:)", "issues closed as duplicates may be told as not planned"),
    part("ClosedEvent.stateReason", REASONS),
    part("Issue.issueType", TYPES),
    part("IssueType", TYPES),
    part("Issue.projectItems(includeArchived:)", "archived cards are not seen"),
    Optional {
        part: "ProjectV2.fullDatabaseId",
        instead: Some("databaseId"),
        without: "boards have no number, the configuration names them by their node ids",
    },
    part("ProjectV2.items(query:)", "cards cannot be asked for by their changes, boards are read whole each time"),
    part("AddedToProjectV2Event", HISTORY),
    part("ProjectV2ItemStatusChangedEvent", HISTORY),
    part("RemovedFromProjectV2Event", HISTORY),
    part("IssueTimelineItemsItemType.ADDED_TO_PROJECT_V2_EVENT", HISTORY),
    part("IssueTimelineItemsItemType.PROJECT_V2_ITEM_STATUS_CHANGED_EVENT", HISTORY),
    part("IssueTimelineItemsItemType.REMOVED_FROM_PROJECT_V2_EVENT", HISTORY),
    part("Repository.defaultBranchRef", "which branches are the default ones is not known"),
    part("Repository.deployments", "deployments are not known"),
    part("Repository.releases", "releases are not known"),
];

/// The entry of a part that an import can do without.
pub(crate) fn optional(part: &str) -> Option<&'static Optional> {
    OPTIONAL.iter().find(|optional| optional.part == part)
}
