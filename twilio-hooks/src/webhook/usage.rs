//! Usage triggers: an account has used more than was set as a limit ([`UsageTriggerFired`]).

use jiff::Timestamp;

use super::{macros::webhook, values::DecimalText};
use crate::{AccountSid, UsageTriggerSid, string_enum::string_enum};

webhook! {
    /// The usage of an account has crossed the limit of a usage trigger.
    ///
    /// Twilio may say so twice: [`idempotency_token`](Self::idempotency_token) is the same then. See
    /// [its description](https://www.twilio.com/docs/usage/api/usage-trigger).
    ///
    /// Refused without `AccountSid` and `UsageTriggerSid`.
    pub struct UsageTriggerFired: "usage-trigger" {
        /// The trigger.
        usage_trigger_sid: UsageTriggerSid = required "UsageTriggerSid",
        /// The account or subaccount whose usage it is.
        account_sid: AccountSid = required "AccountSid",
        /// What is counted, such as `sms` or `totalprice`: one of [Twilio's
        /// categories](https://www.twilio.com/docs/usage/api/usage-record). Nearly always there.
        usage_category: Option<String> = "UsageCategory",
        /// Which figure of the category is watched. Nearly always there.
        trigger_by: Option<UsageTriggerBy> = "TriggerBy",
        /// The limit, in the unit of the category or, for prices, in the account's currency. Nearly
        /// always there.
        trigger_value: Option<DecimalText> = "TriggerValue",
        /// The figure now, in the same unit. Nearly always there.
        current_value: Option<DecimalText> = "CurrentValue",
        /// When the figure starts again from zero; absent for a trigger that fires once.
        recurring: Option<UsageTriggerPeriod> = "Recurring",
        /// The path of the usage at `api.twilio.com`. Nearly always there.
        usage_record_uri: Option<String> = "UsageRecordUri",
        /// When the trigger fired. Nearly always there.
        date_fired: Option<Timestamp> = "DateFired",
        /// The same on each delivery of this firing. Nearly always there.
        idempotency_token: Option<String> = "IdempotencyToken",
    }
    families {}
}

string_enum! {
    /// Which figure of a usage category is watched.
    pub enum UsageTriggerBy {
        /// How many things there were, such as messages.
        Count => "count",
        /// How much was used, such as minutes.
        Usage => "usage",
        /// What it cost.
        Price => "price",
    }
}

string_enum! {
    /// When the figure of a usage trigger starts again from zero.
    pub enum UsageTriggerPeriod {
        /// Every day.
        Daily => "daily",
        /// Every month.
        Monthly => "monthly",
        /// Every year.
        Yearly => "yearly",
        /// Never.
        AllTime => "alltime",
    }
}
