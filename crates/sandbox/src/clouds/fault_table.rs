//! Names, default settings and one line of help of every fault of the clouds.

use super::fault::CloudFaultKind;
use crate::fault_setting::{Entry, Takes, entry};
use crate::server::Occurrence;

/// All faults. Different rhythms by default, so that several at once do not hide behind each other.
pub(crate) const TABLE: &[Entry<CloudFaultKind>] = {
    use CloudFaultKind as K;
    use Occurrence::{Always, At, Every};
    use Takes as T;
    &[
        entry(K::AzureBadSecret, "azure-bad-secret", Always, T::Nothing, 0, "wrong client secret: 401 AADSTS7000215"),
        entry(
            K::AzureExpiredSecret,
            "azure-expired-secret",
            Always,
            T::Nothing,
            0,
            "expired client secret: 401 AADSTS7000222",
        ),
        entry(
            K::AzureUnknownTenant,
            "azure-unknown-tenant",
            Always,
            T::Nothing,
            0,
            "the tenant is not found: 400 AADSTS90002",
        ),
        entry(
            K::AzureNoRole,
            "azure-no-role",
            Always,
            T::Subscription,
            0,
            "403 for the subscription SUBSCRIPTION, or for every scope",
        ),
        entry(
            K::AzureExpiredToken,
            "azure-expired-token",
            At(3),
            T::Nothing,
            0,
            "all tokens expire: 401 until a new one is fetched",
        ),
        entry(
            K::Azure429,
            "azure-429",
            Every(5),
            T::Seconds,
            1,
            "429 although the quota is not used up, retry after SECONDS",
        ),
        entry(K::Azure502, "azure-502", Every(6), T::Nothing, 0, "502 with a page of HTML"),
        entry(K::AzureTruncatedBody, "azure-truncated-body", Every(7), T::Nothing, 0, "the reply ends in the middle"),
        entry(
            K::AzureConnectionReset,
            "azure-connection-reset",
            Every(9),
            T::Nothing,
            0,
            "the connection breaks without a reply",
        ),
        entry(K::AzureSlow, "azure-slow", Always, T::Milliseconds, 50, "every reply takes MILLISECONDS"),
        entry(K::GoogleBadKey, "google-bad-key", Always, T::Nothing, 0, "unknown or revoked key: 400 invalid_grant"),
        entry(
            K::GoogleNoJobUser,
            "google-no-job-user",
            Always,
            T::Nothing,
            0,
            "403: the account may not run jobs in the project",
        ),
        entry(
            K::GoogleNoDataViewer,
            "google-no-data-viewer",
            Always,
            T::Nothing,
            0,
            "403: the account may not read the data set",
        ),
        entry(
            K::GoogleNoTable,
            "google-no-table",
            Always,
            T::Nothing,
            0,
            "no table: the billing export is switched off",
        ),
        entry(
            K::GoogleOnlyDetailed,
            "google-only-detailed",
            Always,
            T::Nothing,
            0,
            "only the detailed export is switched on",
        ),
        entry(
            K::GoogleWrongLocation,
            "google-wrong-location",
            Always,
            T::Nothing,
            0,
            "the data set lies elsewhere: not found in the location asked",
        ),
        entry(K::GoogleJobSlow, "google-job-slow", Always, T::Polls, 3, "jobs are complete after POLLS polls"),
        entry(K::GoogleRateLimit, "google-rate-limit", Every(4), T::Nothing, 0, "403 rateLimitExceeded"),
        entry(K::Google503, "google-503", Every(5), T::Nothing, 0, "503 backendError"),
        entry(K::GoogleBytesLimit, "google-bytes-limit", Always, T::Nothing, 0, "400 bytesBilledLimitExceeded"),
        entry(K::GoogleTruncatedBody, "google-truncated-body", Every(4), T::Nothing, 0, "the reply ends in the middle"),
    ]
};

/// Every cloud fault's name, and what it does in one line.
pub fn cloud_fault_names() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.iter().map(|entry| (entry.name, entry.about))
}
