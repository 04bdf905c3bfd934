//! The guide.

use crm::people::Role;

use crate::driver::in_browser;

in_browser! {
    async fn the_guide_is_read_from_the_first_page_to_the_last(office: &Office, page: &Page) {
        let email = office.person(Role::ReadOnly).await;
        page.sign_in(&email).await;
        page.click(".avatar-button").await;
        page.click(".menu-panel a[href='/guide']").await;
        page.is_at("/guide").await;
        let pages = page.texts(".guide-side > ol > li > a").await;
        assert_eq!(pages.len(), 11, "{pages:?}");
        for (place, name) in pages.iter().enumerate() {
            page.read(".guide-side [aria-current=page]", name).await;
            page.has_no_complaints().await;
            if place + 1 < pages.len() {
                let title = page.text("[rel=next] strong").await;
                page.click("[rel=next]").await;
                page.read("h1", &title).await;
            }
        }
        page.see_no("[rel=next]").await;
        let title = page.text("[rel=prev] strong").await;
        page.click("[rel=prev]").await;
        page.read("h1", &title).await;
        page.read(".guide-side [aria-current=page]", &pages[9]).await;
    }

    async fn a_place_on_a_page_of_the_guide_is_found_by_its_address(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.sign_in(&email).await;
        let top = "document.querySelector(location.hash).getBoundingClientRect().top";
        page.go("/guide/troubleshooting#texts-are-not-sent").await;
        page.holds(&format!("{top} < 120 && {top} >= 0")).await;
        page.click(".guide-side a[href='#notifications-are-not-live']").await;
        page.holds("location.hash === '#notifications-are-not-live'").await;
        page.holds(&format!("{top} < 120 && {top} >= 0")).await;
        page.go("/guide/nothing").await;
        page.read("h1", "There is nothing here").await;
    }

    async fn the_guide_is_for_people_who_are_signed_in(_office: &Office, page: &Page) {
        page.go("/guide/start").await;
        page.is_at("/sign-in?next=%2Fguide%2Fstart").await;
    }

    async fn on_a_phone_the_contents_are_folded_away(office: &Office, page: &Page) {
        let email = office.person(Role::Agent).await;
        page.sign_in(&email).await;
        page.resize(360, 740).await;
        page.go("/guide/live").await;
        page.see_no(".guide-side").await;
        page.see_no(".guide-fold a").await;
        page.click(".guide-fold summary").await;
        page.click(".guide-fold a[href='/guide/security']").await;
        page.read("h1", "Security").await;
    }
}
