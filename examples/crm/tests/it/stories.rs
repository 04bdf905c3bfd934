//! What people do with the CRM, from beginning to end.

use crate::support::{ALPHA, ALPHA_LINE, SENDER, on_both_databases, sid};

on_both_databases! {
    async fn a_text_makes_a_contact(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        let contacts = crm.get(ALPHA, "/api/contacts").await.items();
        assert_eq!(contacts.len(), 1);
        assert_eq!(contacts[0]["address"], SENDER);
    }
}
