-- What a server on this database proves itself with, when a command looks for it by the public URL.
create table server_marker (
    id {number} primary key not null check (id = 1),
    secret {bytes} not null
){strict};
