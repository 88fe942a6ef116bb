create table t (a bigint, b character varying(5), c timestamp with time zone, d numeric(5,0), e boolean, f varchar);
