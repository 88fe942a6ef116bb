create aggregate my_rank(variadic "any" order by variadic "any") (sfunc = ordered_set_transition_multi, stype = internal, finalfunc = rank_final, finalfunc_extra, hypothetical);
create aggregate my_sum(int) (sfunc = int4_sum, stype = bigint, msfunc = int4_avg_accum, minvfunc = int4_avg_accum_inv, mstype = int8[], mfinalfunc = int2int4_sum, minitcond = '{0,0}');
create aggregate everything(*) (sfunc = int8inc, stype = bigint, initcond = '0');
