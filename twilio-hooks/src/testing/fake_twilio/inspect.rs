//! What a test can look at.

use super::{Delivery, FakeTwilio, RecordedRequest, table::Table};
use crate::client::{Call, IncomingPhoneNumber, Message, MessagingService, Recording, Resource};

impl FakeTwilio {
    /// All messages, the oldest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        read(&self.shared.lock().messages)
    }

    /// All calls, the oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        read(&self.shared.lock().calls)
    }

    /// All recordings, the oldest first.
    #[must_use]
    pub fn recordings(&self) -> Vec<Recording> {
        read(&self.shared.lock().recordings)
    }

    /// All numbers, the oldest first.
    #[must_use]
    pub fn phone_numbers(&self) -> Vec<IncomingPhoneNumber> {
        read(&self.shared.lock().numbers)
    }

    /// All messaging services, the oldest first.
    #[must_use]
    pub fn messaging_services(&self) -> Vec<MessagingService> {
        read(&self.shared.lock().services)
    }

    /// All requests to the API, also those that failed.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.lock().requests.clone()
    }

    /// All requests to the store of files.
    #[must_use]
    pub fn storage_requests(&self) -> Vec<RecordedRequest> {
        self.shared.lock().storage_requests.clone()
    }

    /// All status callbacks so far.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.lock().deliveries.clone()
    }
}

fn read<T: Resource>(table: &Table) -> Vec<T> {
    table
        .rows()
        .filter_map(|row| T::from_object(row.clone()).ok())
        .collect()
}
