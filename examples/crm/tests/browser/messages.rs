//! Conversations.

use crm::people::Role;

use crate::{driver::in_browser, office::sid};

in_browser! {
    async fn the_list_goes_on_where_it_ended(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        for n in 0..42 {
            let from = format!("+120255501{n:02}");
            office.text(&sid("SM", n), &from, &format!("text {n}")).await;
        }
        page.sign_in(&email).await;
        page.count(".thread", 40).await;
        page.click("[data-more]").await;
        page.count(".thread", 42).await;
        page.see_no("[data-more]").await;
        let texts = page.texts(".thread-preview").await;
        assert_eq!((texts[0].as_str(), texts[41].as_str()), ("text 41", "text 0"));
    }
}
