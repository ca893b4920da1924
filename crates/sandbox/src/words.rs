//! Vocabulary of the generated organisation: titles, labels, repositories, teams, people.

use crate::random::Dice;

const VERBS: [&str; 24] = [
    "Add",
    "Remove",
    "Speed up",
    "Document",
    "Rework",
    "Simplify",
    "Retry",
    "Cache",
    "Validate",
    "Export",
    "Import",
    "Paginate",
    "Translate",
    "Encrypt",
    "Log",
    "Monitor",
    "Migrate",
    "Split",
    "Merge",
    "Support",
    "Deprecate",
    "Automate",
    "Harden",
    "Redesign",
];
const THINGS: [&str; 40] = [
    "login page",
    "invoice export",
    "search index",
    "payment webhook",
    "customer list",
    "audit log",
    "email templates",
    "API tokens",
    "mobile onboarding",
    "price rules",
    "stock levels",
    "order history",
    "refund flow",
    "user roles",
    "dark mode",
    "rate limits",
    "nightly backup",
    "feature flags",
    "image upload",
    "report builder",
    "session store",
    "shipping labels",
    "tax tables",
    "CSV parser",
    "health checks",
    "deploy script",
    "address form",
    "queue workers",
    "currency rounding",
    "permissions matrix",
    "release notes",
    "push notifications",
    "cookie banner",
    "SSO with SAML",
    "metrics endpoint",
    "data retention",
    "dashboard charts",
    "time zones",
    "PDF rendering",
    "checkout basket",
];
const PLACES: [&str; 16] = [
    "for partners",
    "on Safari",
    "in staging",
    "behind a flag",
    "for large accounts",
    "after the upgrade",
    "under load",
    "for guests",
    "with two factors",
    "across regions",
    "on small screens",
    "in the admin area",
    "for leap years",
    "during maintenance",
    "when offline",
    "for the EU",
];
const COMPLAINTS: [&str; 16] = [
    "crashes",
    "is slow",
    "shows the wrong total",
    "times out",
    "loses data",
    "returns 500",
    "is empty",
    "duplicates rows",
    "ignores the filter",
    "does not load",
    "flickers",
    "rejects valid input",
    "leaks memory",
    "hangs",
    "sorts wrongly",
    "forgets the choice",
];
const ODD: [&str; 8] = [
    "Rename \"legacy\" service, then delete it",
    "Prix arrondis à l'unité, même en €",
    "Größenänderung: Spalten überlappen",
    "検索が遅い",
    "Support emoji 🎉 in comments, titles, and labels",
    "Comma, separated, title",
    "It says \"undefined\", twice",
    "Ω-tests fail on Växjö's machine",
];

/// A title of an issue or pull request.
pub(crate) fn title(dice: &mut Dice, bug: bool) -> String {
    if dice.chance(0.01) {
        return (*dice.pick(&ODD)).to_owned();
    }
    let thing = dice.pick(&THINGS);
    let mut text = if bug {
        let mut text = (*thing).to_owned();
        if let Some(first) = text.get(..1).map(str::to_uppercase) {
            text.replace_range(..1, &first);
        }
        text.push(' ');
        text.push_str(dice.pick::<&str>(&COMPLAINTS));
        text
    } else {
        let mut text = (*dice.pick(&VERBS)).to_owned();
        text.push(' ');
        text.push_str(thing);
        text
    };
    if dice.chance(0.5) {
        text.push(' ');
        text.push_str(dice.pick::<&str>(&PLACES));
    }
    text
}

/// A title of a bot's pull request.
pub(crate) fn bump_title(dice: &mut Dice) -> String {
    let package = dice.pick(&["serde", "react", "tokio", "lodash", "axios", "openssl", "vite", "postgres"]);
    let (major, minor, patch) = (dice.below(9), dice.below(30), dice.below(12));
    format!("Bump {package} from {major}.{minor}.{patch} to {major}.{}.0", minor + 1)
}

/// Labels that say nothing about the type.
pub(crate) const PLAIN_LABELS: [&str; 10] = [
    "debugging",
    "docker",
    "good first issue",
    "help wanted",
    "priority: high",
    "needs triage",
    "customer request",
    "tech debt",
    "performance",
    "área: pagos",
];

/// Names of repositories; numbered beyond the list.
pub(crate) const REPOSITORIES: [&str; 12] = [
    "api",
    "web",
    "mobile",
    "infra",
    "billing",
    "search",
    "shop",
    "design-system",
    "auth",
    "reports",
    "notifications",
    "checkout",
];

/// Names of teams; numbered beyond the list.
pub(crate) const TEAMS: [&str; 8] = ["Platform", "Web", "Mobile", "Data", "Payments", "Growth", "Search", "Operations"];

/// Logins of people; numbered beyond the list.
pub(crate) const PEOPLE: [&str; 30] = [
    "ada",
    "grace",
    "alan",
    "edsger",
    "barbara",
    "donald",
    "katherine",
    "linus",
    "margaret",
    "niklaus",
    "radia",
    "tim",
    "hedy",
    "john",
    "frances",
    "ken",
    "dennis",
    "joan",
    "annie",
    "colette",
    "evelyn",
    "george",
    "ida",
    "jean",
    "kay",
    "leslie",
    "maurice",
    "nora",
    "ole",
    "pearl",
];

/// Many labels, for the few objects that have more than fit on a page.
pub(crate) const AREA_LABELS: [&str; 24] = [
    "area: accounts",
    "area: admin",
    "area: alerts",
    "area: audit",
    "area: backup",
    "area: cart",
    "area: catalogue",
    "area: comments",
    "area: deploy",
    "area: email",
    "area: export",
    "area: forms",
    "area: import",
    "area: invoices",
    "area: login",
    "area: maps",
    "area: media",
    "area: orders",
    "area: pricing",
    "area: queue",
    "area: refunds",
    "area: settings",
    "area: tax",
    "area: uploads",
];

/// Sources of bugs, as the cards' field shows them.
pub(crate) const BUG_SOURCES: [&str; 3] = ["Production", "Staging", "Development"];

/// Name of the field that shows the source of a bug.
pub(crate) const BUG_SOURCE_FIELD: &str = "Found in";
