//! What is set up rather than sent: numbers, messaging services, applications.

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal, bad_request, refusal},
    routes::ApiCall,
    state::State,
    table::{Table, apply_form, rfc2822_date, text},
};

impl State {
    pub(super) fn add_number(&mut self, number: &str) -> String {
        let sid = self.new_sid("PN");
        let date = self.date();
        let account = &self.account_sid;
        self.numbers.insert(json!({
            "sid": sid,
            "account_sid": account,
            "phone_number": number,
            "friendly_name": number,
            "capabilities": {"voice": true, "sms": true, "mms": true, "fax": false},
            "sms_url": "",
            "sms_method": "POST",
            "sms_fallback_url": "",
            "sms_fallback_method": "POST",
            "sms_application_sid": "",
            "voice_url": "",
            "voice_method": "POST",
            "voice_fallback_url": "",
            "voice_fallback_method": "POST",
            "voice_application_sid": "",
            "voice_caller_id_lookup": false,
            "voice_receive_mode": "voice",
            "status_callback": "",
            "status_callback_method": "POST",
            "trunk_sid": null,
            "beta": false,
            "origin": "twilio",
            "status": "in-use",
            "type": "local",
            "address_requirements": "none",
            "address_sid": null,
            "identity_sid": null,
            "bundle_sid": null,
            "emergency_status": "Inactive",
            "emergency_address_sid": null,
            "emergency_address_status": "unregistered",
            "api_version": "2010-04-01",
            "date_created": date,
            "date_updated": date,
            "uri": format!("/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{sid}.json"),
        }));
        sid
    }

    pub(super) fn add_service(&mut self, name: &str) -> Value {
        let sid = self.new_sid("MG");
        let date = self.now.to_string();
        self.services.insert(json!({
            "sid": sid,
            "account_sid": self.account_sid,
            "friendly_name": name,
            "inbound_request_url": null,
            "inbound_method": "POST",
            "fallback_url": null,
            "fallback_method": "POST",
            "status_callback": null,
            "sticky_sender": true,
            "mms_converter": true,
            "smart_encoding": false,
            "scan_message_content": "inherit",
            "fallback_to_long_code": false,
            "area_code_geomatch": false,
            "synchronous_validation": false,
            "validity_period": 36000,
            "usecase": "undeclared",
            "us_app_to_person_registered": false,
            "use_inbound_webhook_on_number": false,
            "date_created": date,
            "date_updated": date,
            "url": format!("{}/v1/Services/{sid}", self.base_url),
            "links": {"phone_numbers": format!("{}/v1/Services/{sid}/PhoneNumbers", self.base_url)},
        }))
    }

    pub(super) fn create_service(&mut self, call: &ApiCall) -> Result<Answer, Refusal> {
        let name = call
            .form
            .get("FriendlyName")
            .filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| bad_request(20001, "FriendlyName is required"))?;
        let service = self.add_service(name);
        let sid = service["sid"].as_str().unwrap_or_default();
        let answer = update(&mut self.services, sid, call, &self.now.to_string())?;
        Ok(Answer {
            status: StatusCode::CREATED,
            ..answer
        })
    }

    pub(super) fn add_service_number(
        &mut self,
        service_sid: &str,
        call: &ApiCall,
    ) -> Result<Answer, Refusal> {
        if self.services.get(service_sid).is_none() {
            return Err(call.not_found());
        }
        let sid = call.form.get("PhoneNumberSid").unwrap_or_default();
        let number = self.numbers.get(sid).ok_or_else(|| call.not_found())?;
        let number = text(number, "phone_number").to_owned();
        if let Some(row) = self.service_numbers.get(sid) {
            let code = if text(row, "service_sid") == service_sid {
                21710
            } else {
                21712
            };
            let message = "The number is in a messaging service already.";
            return Err(refusal(StatusCode::CONFLICT, code, message));
        }
        let date = self.now.to_string();
        Ok(Answer::created(&self.service_numbers.insert(json!({
            "sid": sid,
            "account_sid": self.account_sid,
            "service_sid": service_sid,
            "phone_number": number,
            "country_code": "US",
            "capabilities": ["SMS", "MMS", "Voice"],
            "date_created": date,
            "date_updated": date,
            "url": format!("{}/v1/Services/{service_sid}/PhoneNumbers/{sid}", self.base_url),
        }))))
    }

    pub(super) fn create_application(&mut self, call: &ApiCall) -> Result<Answer, Refusal> {
        let sid = self.new_sid("AP");
        let date = self.date();
        let account = &call.account_sid;
        self.applications.insert(json!({
            "sid": sid,
            "account_sid": account,
            "friendly_name": "",
            "voice_url": "",
            "voice_method": "POST",
            "voice_fallback_url": "",
            "voice_fallback_method": "POST",
            "status_callback": "",
            "status_callback_method": "POST",
            "voice_caller_id_lookup": false,
            "sms_url": "",
            "sms_method": "POST",
            "sms_fallback_url": "",
            "sms_fallback_method": "POST",
            "sms_status_callback": "",
            "message_status_callback": "",
            "public_application_connect_enabled": false,
            "api_version": "2010-04-01",
            "date_created": date,
            "date_updated": date,
            "uri": format!("/2010-04-01/Accounts/{account}/Applications/{sid}.json"),
        }));
        let answer = update(&mut self.applications, &sid, call, &date)?;
        Ok(Answer {
            status: StatusCode::CREATED,
            ..answer
        })
    }

    pub(super) fn update_number(&mut self, sid: &str, call: &ApiCall) -> Result<Answer, Refusal> {
        update(&mut self.numbers, sid, call, &rfc2822_date(self.now))
    }

    pub(super) fn update_service(&mut self, sid: &str, call: &ApiCall) -> Result<Answer, Refusal> {
        update(&mut self.services, sid, call, &self.now.to_string())
    }

    pub(super) fn update_application(
        &mut self,
        sid: &str,
        call: &ApiCall,
    ) -> Result<Answer, Refusal> {
        update(&mut self.applications, sid, call, &rfc2822_date(self.now))
    }
}

/// Sets what the form names, if its URLs are some.
fn update(table: &mut Table, sid: &str, call: &ApiCall, date: &str) -> Result<Answer, Refusal> {
    let row = table.get_mut(sid).ok_or_else(|| call.not_found())?;
    for (name, url) in call.form.iter() {
        let is_url = name.ends_with("Url") || name.ends_with("Callback");
        if is_url && !url.is_empty() && !url.starts_with("https://") && !url.starts_with("http://")
        {
            let message = format!("{name} is no URL: {url}");
            return Err(bad_request(
                if name.starts_with("Sms") {
                    21502
                } else {
                    21402
                },
                &message,
            ));
        }
    }
    apply_form(row, &call.form);
    row["date_updated"] = json!(date);
    Ok(Answer::ok(&Value::Object(row.clone())))
}
