//! Catalogue of used services: the cost of a day, and its change over the weeks and years.

use crate::random::Dice;

/// How the use of something goes over the simulated period.
#[derive(Clone, Copy)]
pub(crate) struct Course {
    /// Price of a normal weekday at the beginning.
    pub(crate) daily: f64,
    /// Growth per month, as a share of the beginning.
    pub(crate) growth: f64,
    /// Share of a weekday that a day of the weekend has.
    pub(crate) weekend: f64,
    /// Part of the period, from 0 to 1, at which it starts.
    pub(crate) from: f64,
    /// Part of the period at which it ends.
    pub(crate) until: f64,
}

const fn steady(daily: f64, growth: f64, weekend: f64) -> Course {
    Course { daily, growth, weekend, from: 0.0, until: 1.0 }
}

/// Services of Azure.
pub(crate) const AZURE: [(&str, Course); 11] = [
    ("Virtual Machines", steady(64.0, 0.012, 0.55)),
    ("Storage", steady(11.5, 0.025, 1.0)),
    ("Azure Database for PostgreSQL", steady(23.0, 0.01, 1.0)),
    ("Key Vault", steady(0.000_041, 0.02, 0.3)),
    ("Azure Monitor", steady(4.1, 0.03, 0.9)),
    ("Bandwidth", steady(2.3, 0.02, 0.6)),
    (AI_OF_AZURE, Course { daily: 6.5, growth: 0.09, weekend: 0.35, from: 0.4, until: 1.0 }),
    ("Azure Kubernetes Service", Course { daily: 15.0, growth: 0.02, weekend: 0.8, from: 0.15, until: 1.0 }),
    ("HDInsight", Course { daily: 14.0, growth: -0.01, weekend: 0.7, from: 0.0, until: 0.55 }),
    ("Azure DNS", steady(0.013, 0.001, 1.0)),
    ("Functions", steady(0.000_000_2, 0.05, 0.4)),
];

/// The service of Azure that runs away for some days of one month.
pub(crate) const AI_OF_AZURE: &str = "Azure OpenAI";

/// A service of Google.
pub(crate) struct GoogleService {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// Names of what is priced, each with its course.
    pub(crate) skus: &'static [(&'static str, Course)],
    /// Credits in thousandths of the price, by kind and name; none for most.
    pub(crate) credits: &'static [(&'static str, &'static str, i64)],
    /// Ends in the project of this name.
    pub(crate) project: &'static str,
}

/// Services of Google.
pub(crate) const GOOGLE: [GoogleService; 8] = [
    GoogleService {
        id: "6F81-5844-456A",
        name: "Compute Engine",
        skus: &[
            ("N2 Instance Core running in EMEA", steady(31.0, 0.015, 0.8)),
            ("N2 Instance Ram running in EMEA", steady(9.4, 0.015, 0.8)),
            ("Storage PD Capacity", steady(3.2, 0.02, 1.0)),
        ],
        credits: &[
            ("COMMITTED_USAGE_DISCOUNT", "Committed Usage Discount: CPU", 285),
            ("SUSTAINED_USAGE_DISCOUNT", "Sustained Usage Discount", 96),
        ],
        project: "acme-production",
    },
    GoogleService {
        id: "152E-C115-5142",
        name: "Cloud Run",
        skus: &[("CPU Allocation Time", steady(2.6, 0.05, 0.6)), ("Requests", steady(0.0004, 0.05, 0.6))],
        credits: &[("FREE_TIER", "Free tier: Cloud Run", 210)],
        project: "acme-production",
    },
    GoogleService {
        id: "9662-B51E-5089",
        name: "Cloud SQL",
        skus: &[("Cloud SQL for PostgreSQL: Zonal - 4 vCPU in Belgium", steady(12.2, 0.005, 1.0))],
        credits: &[],
        project: "acme-production",
    },
    GoogleService {
        id: "24E6-581D-38E5",
        name: "BigQuery",
        skus: &[
            ("Analysis (europe-west1)", steady(5.5, 0.04, 0.25)),
            ("Active Logical Storage", steady(0.9, 0.03, 1.0)),
        ],
        credits: &[("PROMOTION", "Startup promotion", 400)],
        project: "acme-data",
    },
    GoogleService {
        id: "C7E2-9256-1C43",
        name: "Vertex AI",
        skus: &[(
            "Gemini Text Input - Predictions",
            Course { daily: 3.4, growth: 0.11, weekend: 0.4, from: 0.45, until: 1.0 },
        )],
        credits: &[],
        project: "acme-data",
    },
    GoogleService {
        id: "95FF-2EF5-5EA1",
        name: "Cloud Storage",
        skus: &[("Standard Storage Europe Multi-region", steady(2.1, 0.03, 1.0))],
        credits: &[],
        project: "acme-data",
    },
    GoogleService {
        id: "E505-1604-58F8",
        name: "Networking",
        skus: &[("Network Internet Data Transfer Out from EMEA to EMEA", steady(1.4, 0.02, 0.7))],
        credits: &[("DISCOUNT", "Spend-based discount", 50)],
        project: "acme-production",
    },
    GoogleService {
        id: "F17B-412E-CB64",
        name: "App Engine",
        skus: &[(
            "Flex Instance Core Hours Belgium",
            Course { daily: 4.0, growth: 0.0, weekend: 1.0, from: 0.0, until: 0.6 },
        )],
        credits: &[],
        project: "acme-production",
    },
];

/// A day within the simulated period.
#[derive(Clone, Copy)]
pub(crate) struct Day {
    /// Days since the beginning.
    pub(crate) number: i64,
    /// Days of the period.
    pub(crate) of: i64,
    /// Whether it is a Saturday or a Sunday.
    pub(crate) is_weekend: bool,
}

impl Course {
    /// What a day costs; `None` before the start and after the end.
    pub(crate) fn price(&self, day: Day, dice: &mut Dice) -> Option<f64> {
        let part = day.number as f64 / day.of.max(1) as f64;
        if part < self.from || part >= self.until {
            return None;
        }
        let months = day.number as f64 / 30.4 - self.from * day.of as f64 / 30.4;
        let rhythm = if day.is_weekend { self.weekend } else { 1.0 };
        Some(self.daily * (1.0 + self.growth * months).max(0.1) * rhythm * dice.log_normal(1.0, 0.06))
    }
}
