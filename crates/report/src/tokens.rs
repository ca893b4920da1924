//! Colours of all forms: the light theme of the dashboard.

/// Behind cards.
pub(crate) const PAGE: &str = "#f3f5f9";
/// Of cards and charts.
pub(crate) const SURFACE: &str = "#ffffff";
/// Around cards, below rows.
pub(crate) const EDGE: &str = "#d5dbe4";
/// Lines of a grid; the weeks of the month.
pub(crate) const GRID: &str = "#e6eaf0";
/// Text and numbers.
pub(crate) const INK: &str = "#12171f";
/// Text beside them.
pub(crate) const INK_2: &str = "#49525f";
/// Of lines and links.
pub(crate) const ACCENT: &str = "#1f4fc4";
/// Between limits.
pub(crate) const BAND: &str = "#eef3fd";
/// The word `worse`; red.
pub(crate) const WORSE: &str = "#b3261e";
/// Amber.
pub(crate) const OLD: &str = "#8a5a00";
/// The word `better`; green.
pub(crate) const BETTER: &str = "#0b6b4f";
/// The fonts, none of them brought along.
pub(crate) const FONT: &str =
    "Inter, system-ui, -apple-system, \"Segoe UI\", Roboto, \"Helvetica Neue\", Arial, sans-serif";

/// Parts of a whole: neighbours differ in lightness, and [`crate::marks`] gives every second one a pattern.
pub(crate) const PARTS: [&str; 6] = ["#173b86", "#86abeb", "#2a5cbf", "#d6e2f7", "#4f83dd", "#b3caf2"];

#[cfg(test)]
mod tests {
    use super::*;

    const DASHBOARD: &str = include_str!("../../../ui/src/styles/tokens.css");

    #[test]
    fn colours_are_those_of_the_light_theme_of_the_dashboard() {
        for (name, colour) in [
            ("page", PAGE),
            ("surface", SURFACE),
            ("edge", EDGE),
            ("grid", GRID),
            ("ink", INK),
            ("ink-2", INK_2),
            ("accent", ACCENT),
            ("band", BAND),
            ("worse", WORSE),
            ("old", OLD),
            ("better", BETTER),
        ] {
            assert!(DASHBOARD.contains(&format!("--{name}: light-dark({colour},")), "{name}");
        }
        assert!(DASHBOARD.contains(&format!("--font: {FONT};")));
    }
}
