create role corpus_caller;
create procedure p(out a int, in b int, in c int) language plpgsql as $$ begin a := b - c; end $$;
create procedure p(in a int, in b int, in c int) language plpgsql as $$ begin end $$;
comment on procedure p(in int, in int, in int) is 'takes three';
grant execute on procedure p(in int, in int) to corpus_caller;
create procedure p(inout a numeric, variadic b text[] default '{}') language plpgsql as $$ begin end $$;
