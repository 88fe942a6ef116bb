create schema "a schema; drop";
create table "a schema; drop"."T ""x"" 'y'" ("select" int primary key, "a b" text default 'q', "ÄÖ" int check ("ÄÖ" > 0));
create index "i x" on "a schema; drop"."T ""x"" 'y'" ("a b", ("ÄÖ" + 1));
