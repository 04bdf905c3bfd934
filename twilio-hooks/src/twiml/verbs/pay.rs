use crate::twiml::element::element;
use crate::twiml::schema::ValueKind;
use crate::twiml::values::attribute_enum;
use crate::twiml::xml::{AttributeValue, ValueWriter};
use crate::twiml::{CardType, Decimal, HttpMethod, LanguageTag, Text};

element! {
    /// Takes the data of a card or bank account by the keys of the phone and charges it; see
    /// [Twilio's page](https://www.twilio.com/docs/voice/twiml/pay).
    ///
    /// The program never sees the data: Twilio gives it to the payment connector and tells `action`
    /// the result.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{CardType, Pay, Prompt, PaymentStep, Say};
    ///
    /// let pay = Pay::new()
    ///     .action("/voice/paid")
    ///     .charge_amount(20.45)
    ///     .currency("eur")
    ///     .valid_card_types([CardType::Visa, CardType::Mastercard])
    ///     .with(Prompt::new().for_(PaymentStep::PaymentCardNumber).with(Say::new("Your card number, please.")));
    /// assert_eq!(
    ///     pay.to_string(),
    ///     concat!(
    ///         r#"<Pay action="/voice/paid" chargeAmount="20.45" currency="eur" validCardTypes="visa mastercard">"#,
    ///         r#"<Prompt for="payment-card-number"><Say>Your card number, please.</Say></Prompt></Pay>"#,
    ///     ),
    /// );
    /// ```
    pub struct Pay = "Pay" inside [VoiceResponse] {
        /// The URL that is told the result and asked for TwiML.
        action: Text = "action",
        /// The kind of bank account, [`BankAccountType::ConsumerChecking`] by default.
        bank_account_type: BankAccountType = "bankAccountType",
        /// The amount to charge, without a currency sign; absent or zero makes a token only.
        charge_amount: Decimal = "chargeAmount",
        /// The currency of the amount as an ISO 4217 code, such as `usd`.
        currency: Text = "currency",
        /// A note that goes with the payment.
        description: Text = "description",
        /// How the caller enters the data, [`PayInput::Dtmf`] by default.
        input: PayInput = "input",
        /// The language of the prompts.
        language: LanguageTag = "language",
        /// How often the caller may try each step.
        max_attempts: u32 = "maxAttempts",
        /// The least number of digits in a postal code.
        min_postal_code_length: u32 = "minPostalCodeLength",
        /// The name of the payment connector.
        payment_connector: Text = "paymentConnector",
        /// What is charged, [`PaymentMethod::CreditCard`] by default.
        payment_method: PaymentMethod = "paymentMethod",
        /// Whether to ask for the postal code, or the code if it is known.
        postal_code: PostalCode = "postalCode",
        /// Whether to ask for the security code of the card.
        security_code: bool = "securityCode",
        /// The URL that is told of each step.
        status_callback: Text = "statusCallback",
        /// The HTTP method for `statusCallback`, POST by default.
        status_callback_method: HttpMethod = "statusCallbackMethod",
        /// Seconds to wait for each key.
        timeout: u32 = "timeout",
        /// The kind of token to make.
        token_type: TokenType = "tokenType",
        /// The cards that are accepted.
        valid_card_types: [CardType] = "validCardTypes",
    }
}

attribute_enum! {
    /// A kind of bank account.
    pub enum BankAccountType {
        /// A personal current account.
        ConsumerChecking = "consumer-checking",
        /// A personal savings account.
        ConsumerSavings = "consumer-savings",
        /// A current account of a company.
        CommercialChecking = "commercial-checking",
        /// A savings account of a company.
        CommercialSavings = "commercial-savings",
    }
}

attribute_enum! {
    /// How a caller enters the data of a payment.
    pub enum PayInput {
        /// By keys.
        Dtmf = "dtmf",
    }
}

attribute_enum! {
    /// What a payment charges.
    pub enum PaymentMethod {
        /// A bank account in the United States.
        AchDebit = "ach-debit",
        /// A card.
        CreditCard = "credit-card",
    }
}

attribute_enum! {
    /// The kind of token that stands for the data of a payment.
    pub enum TokenType {
        /// For one payment.
        OneTime = "one-time",
        /// For many payments.
        Reusable = "reusable",
        /// For a payment method of the connector.
        PaymentMethod = "payment-method",
    }
}

/// Whether a payment asks for the postal code of the card holder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PostalCode {
    /// Ask for it.
    True,
    /// Don't ask for it.
    False,
    /// It is known already.
    Known(Text),
}

impl From<bool> for PostalCode {
    fn from(ask: bool) -> Self {
        if ask { Self::True } else { Self::False }
    }
}

impl From<Text> for PostalCode {
    fn from(code: Text) -> Self {
        match code.as_ref() {
            "true" => Self::True,
            "false" => Self::False,
            _ => Self::Known(code),
        }
    }
}

impl From<&'static str> for PostalCode {
    fn from(code: &'static str) -> Self {
        Self::from(Text::Borrowed(code))
    }
}

impl From<String> for PostalCode {
    fn from(code: String) -> Self {
        Self::from(Text::Owned(code))
    }
}

impl AttributeValue for PostalCode {
    const KIND: ValueKind = ValueKind::BooleanOrText;

    fn write_value(&self, value: &mut ValueWriter<'_>) {
        match self {
            Self::True => value.keyword("true"),
            Self::False => value.keyword("false"),
            Self::Known(code) => value.text(code),
        }
    }

    fn parse_value(text: &str) -> Option<Self> {
        Some(Self::from(text.to_owned()))
    }
}
