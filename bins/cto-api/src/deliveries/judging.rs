//! Judging of deliveries: whether one is signed, and what it tells.

use github_webhooks::{BodyKind, Reading, is_signed, payload, read};
use http_api::{RawDelivery, Receipt, Sender};
use model::Instant;
use model::deliveries::Delivered;
use secrecy::SecretString;

/// What is to be stored, and by what it is known again.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) id: String,
    pub(super) event: String,
    pub(super) told: Delivered,
}

/// What a delivery tells that came at `received_at`; else what its sender is answered.
pub(super) fn told(delivery: &RawDelivery, secret: &SecretString, received_at: Instant) -> Result<Told, Receipt> {
    match delivery.sender {
        Sender::Github => of_github(delivery, secret, received_at),
    }
}

fn of_github(delivery: &RawDelivery, secret: &SecretString, received_at: Instant) -> Result<Told, Receipt> {
    let kind = BodyKind::of(&delivery.content_type).ok_or(Receipt::UnknownContentType)?;
    if !is_signed(secret, &delivery.body, delivery.proofs.get("x-hub-signature-256")) {
        return Err(Receipt::Unsigned);
    }
    let reading = payload(kind, &delivery.body).and_then(|text| read(&delivery.event, &text, received_at));
    match reading {
        Err(error) => Err(Receipt::Malformed(command_line::with_causes(&error))),
        Ok(Reading::Ping) => Err(Receipt::NotUsed("it is a ping: deliveries arrive here".to_owned())),
        Ok(Reading::NotUsed(why)) => Err(Receipt::NotUsed(why.to_string())),
        Ok(Reading::Told(told)) => Ok(Told { id: delivery.id.clone(), event: delivery.event.clone(), told }),
    }
}
