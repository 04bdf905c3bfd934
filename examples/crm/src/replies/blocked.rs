//! The boundary to blocked contacts.

use twilio_hooks::{CompanyId, ContactId, store::StoreError};

use crate::database::Tx;

/// Whether nobody wants to hear of a contact: nobody can be blocked yet.
pub(super) async fn is_blocked(
    _tx: &mut Tx,
    _company: CompanyId,
    _contact: ContactId,
) -> Result<bool, StoreError> {
    Ok(false)
}
