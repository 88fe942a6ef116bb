create function f() returns text language plpgsql as $_x_$ begin execute $q$ select '$function$' $q$; return '\'; end $_x_$;
