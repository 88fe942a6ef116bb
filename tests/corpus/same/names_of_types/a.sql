create table t (a int8, b varchar(5), c timestamptz, d decimal(5), e bool, f character varying);
