-- What each person has read of the company's notifications, and wants to hear of.

-- Everything up to this number is read. No row: nothing since the person is here.
create table notification_marks (
    user_id {id} primary key not null,
    company_id {id} not null,
    read_up_to {number} not null,
    foreign key (company_id, user_id) references users (company_id, id)
){strict};

-- What was read out of turn, above the mark.
create table notification_reads (
    user_id {id} not null,
    seq {number} not null,
    company_id {id} not null,
    primary key (user_id, seq),
    foreign key (company_id, user_id) references users (company_id, id)
){strict};

-- No row: as it is for everybody at first.
create table notification_settings (
    user_id {id} not null,
    topic text not null,
    company_id {id} not null,
    in_app {flag} not null,
    sound {flag} not null,
    primary key (user_id, topic),
    foreign key (company_id, user_id) references users (company_id, id)
){strict};
