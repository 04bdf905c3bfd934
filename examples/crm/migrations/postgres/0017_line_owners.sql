-- Who had which line since when: what was said over a line belongs to who had it then, however late it
-- is found.
create table line_owners (
    account_sid text not null,
    address text not null,
    -- The first owner that is known has had it from the beginning.
    since timestamptz not null,
    -- Null: nobody.
    company_id uuid,
    primary key (account_sid, address, since)
);

create function line_owner() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        insert into line_owners (account_sid, address, since, company_id)
        values (old.account_sid, old.address, clock_timestamp(), null)
        on conflict (account_sid, address, since) do update set company_id = excluded.company_id;
        return null;
    end if;
    insert into line_owners (account_sid, address, since, company_id)
    values (
        new.account_sid,
        new.address,
        case when exists (select 1 from line_owners
            where account_sid = new.account_sid and address = new.address)
            then clock_timestamp() else '0001-01-01T00:00:00Z' end,
        new.company_id)
    on conflict (account_sid, address, since) do update set company_id = excluded.company_id;
    return null;
end $$;
create trigger line_owners_of_line after insert or delete on lines for each row
    execute function line_owner();
create trigger line_owners_of_given_line after update of company_id on lines for each row
    when (new.company_id <> old.company_id) execute function line_owner();

-- What is there already.
insert into line_owners (account_sid, address, since, company_id)
select account_sid, address, '0001-01-01T00:00:00Z', company_id from lines;
