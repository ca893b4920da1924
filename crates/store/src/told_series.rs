//! What monitoring systems were told of totals: see [`model::series::Told`].

use model::Instant;
use model::series::{Labels, Series, Told};
use rusqlite::Connection;

use crate::sqlite::plans::Prepare as _;

/// What an audience was told last, and when; nothing that cannot be read any more.
pub(crate) fn read(connection: &Connection, audience: &str) -> rusqlite::Result<(Told, Option<Instant>)> {
    let mut statement =
        connection.by_key("SELECT family, labels, series, told_at FROM told_series WHERE audience = ?1")?;
    let mut rows = statement.query([audience])?;
    let (mut told, mut last): (Told, Option<i64>) = (Told::default(), None);
    while let Some(row) = rows.next()? {
        last = last.max(Some(row.get(3)?));
        let family: String = row.get(0)?;
        let (labels, series): (String, String) = (row.get(1)?, row.get(2)?);
        let labels: Result<Labels, _> = serde_json::from_str(&labels);
        let series: Result<Series, _> = serde_json::from_str(&series);
        if let (Ok(labels), Ok(series)) = (labels, series) {
            told.entry(family).or_default().insert(labels, series);
        }
    }
    Ok((told, last.map(Instant::from_micros)))
}

/// Takes down what an audience is told now; what it was told else stays.
pub(crate) fn write(connection: &Connection, audience: &str, told: &Told, at: Instant) -> rusqlite::Result<()> {
    let sql = "INSERT INTO told_series (audience, family, labels, told_at, series) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET told_at = excluded.told_at, series = excluded.series";
    let mut statement = connection.by_key(sql)?;
    for (family, series) in told {
        for (labels, series) in series {
            let json = |value: serde_json::Result<String>| {
                value.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
            };
            let (labels, series) = (json(serde_json::to_string(labels))?, json(serde_json::to_string(series))?);
            statement.execute((audience, family, labels, at.micros(), series))?;
        }
    }
    Ok(())
}
