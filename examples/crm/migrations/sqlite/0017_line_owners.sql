-- Who had which line since when: what was said over a line belongs to who had it then, however late it
-- is found.
create table line_owners (
    account_sid text not null,
    address text not null,
    -- The first owner that is known has had it from the beginning.
    since text not null,
    -- Null: nobody.
    company_id text,
    primary key (account_sid, address, since)
) strict, without rowid;

create trigger line_owners_of_new_line after insert on lines begin
    insert into line_owners (account_sid, address, since, company_id)
    values (
        new.account_sid,
        new.address,
        case when exists (select 1 from line_owners
            where account_sid = new.account_sid and address = new.address)
            then strftime('%Y-%m-%dT%H:%M:%f000Z', 'now') else '0001-01-01T00:00:00.000000Z' end,
        new.company_id)
    on conflict (account_sid, address, since) do update set company_id = excluded.company_id;
end;

create trigger line_owners_of_given_line after update of company_id on lines
when new.company_id <> old.company_id begin
    insert into line_owners (account_sid, address, since, company_id)
    values (new.account_sid, new.address, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'), new.company_id)
    on conflict (account_sid, address, since) do update set company_id = excluded.company_id;
end;

create trigger line_owners_of_gone_line after delete on lines begin
    insert into line_owners (account_sid, address, since, company_id)
    values (old.account_sid, old.address, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'), null)
    on conflict (account_sid, address, since) do update set company_id = null;
end;

-- What is there already.
insert into line_owners (account_sid, address, since, company_id)
select account_sid, address, '0001-01-01T00:00:00.000000Z', company_id from lines;
