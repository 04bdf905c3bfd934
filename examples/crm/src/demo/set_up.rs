//! How the company has set itself up: who works there, and where calls go.

use jiff::Timestamp;
use twilio_hooks::{CompanyId, PhoneNumberSid, UserId, client::UpdateIncomingPhoneNumber};

use super::{
    Demo,
    cast::{MOBILE, OFFICE},
};
use crate::{
    api::Caller,
    app::AppState,
    calls::{
        Action, CallSettings, LineCallRule, Menu, Menus, Mode, Recording, RingSeconds, Rule, Rules,
        Speech,
    },
    people::{NewUser, Password, Role, UserPatch},
};

/// Who owns the company.
pub(super) const OWNER: &str = "robin@example.com";

/// What a caller is written to whom nobody has talked with.
pub(super) const TEXT_BACK: &str = "Sorry that we missed your call. May we call you back at three?";

/// Somebody who can sign in, whose phones ring when the line is called.
pub(super) async fn employ_owner(
    state: &AppState,
    company: CompanyId,
    password: &str,
) -> anyhow::Result<UserId> {
    let new = NewUser {
        email: OWNER.to_owned(),
        name: Some("Robin Berg".to_owned()),
        role: Role::Owner,
    };
    let password = Password::new(password);
    let (owner, _) = state.people.add_user(company, &new, Some(password)).await?;
    let phones = UserPatch {
        mobile: Some(Some(MOBILE.to_owned())),
        office: Some(Some(OFFICE.to_owned())),
        ..UserPatch::default()
    };
    let caller = Caller::server(company, Timestamp::now());
    state.people.change_user(&caller, owner.id, &phones).await?;
    let lines = &state.database.lines;
    for line in lines.lines(company).await? {
        lines.put_line(&line.with_user(owner.id)).await?;
    }
    Ok(owner.id)
}

impl Demo {
    /// As one does in Twilio's console; the server looks whether they are right.
    pub(super) async fn set_webhooks(&self, number: &PhoneNumberSid) -> anyhow::Result<()> {
        let webhooks = UpdateIncomingPhoneNumber::new()
            .sms_url(self.webhook("sms/incoming"))
            .voice_url(self.webhook("voice/incoming"))
            .status_callback(self.webhook("voice/status"));
        let twilio = self.fake.client();
        let numbers = twilio.incoming_phone_numbers();
        numbers.update(number, webhooks).await?;
        Ok(())
    }

    /// Callers choose by keys. The first rings the owner's phones in turn, where 1 takes the call; if
    /// nobody does, they can leave a message. Talks are recorded, which is said before.
    pub(super) async fn direct_calls(&self) -> anyhow::Result<()> {
        let db = &self.state.database.db;
        let caller = Caller::server(self.company, Timestamp::now());
        let rules = Rules::new(db.clone());
        let settings = CallSettings {
            recording: Recording::Announce,
            ..CallSettings::default()
        };
        rules.set_company(&caller, &settings).await?;
        let phones = Rule {
            mode: Mode::InTurn,
            ring_seconds: RingSeconds {
                mobile: 8,
                office: 8,
            },
            ..Rule::default()
        };
        rules.set_user(&caller, self.owner, Some(&phones)).await?;
        let menu = Menus::new(db.clone())
            .add(&caller, &menu(self.owner))
            .await?;
        let rule = LineCallRule {
            rule: Some(Rule {
                mode: Mode::Menu,
                menu_id: Some(menu.id),
                voicemail_greeting: Some(Speech::new("Please leave a message after the tone.")),
                text_back: Some(TEXT_BACK.to_owned()),
                ..Rule::default()
            }),
            recording: None,
        };
        for line in self.state.database.lines.lines(self.company).await? {
            rules.set_line(&caller, line.id, Some(&rule)).await?;
        }
        Ok(())
    }
}

fn menu(owner: UserId) -> Menu {
    let ring = Action::User {
        user_id: owner,
        phone: None,
    };
    let hours = Action::HangUp {
        say: Speech::new("We are here from Monday to Friday, from nine to five."),
    };
    Menu {
        name: "Main".to_owned(),
        prompt: Speech::new("To talk with us, press 1. For our opening hours, press 2."),
        keys: [("1".to_owned(), ring), ("2".to_owned(), hours)].into(),
        timeout: 5,
        max_retries: 2,
        invalid: None,
        no_input: None,
        last: Action::Voicemail,
    }
}
