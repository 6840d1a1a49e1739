(** What the encoder is shown, and parameters that it cannot change.

    - relation              <a, g(x)> is the same for every x  =>  F a = 0; for a parameter k that is constant: column k of F
    - logarithm_three_values  alpha ln(1 + x_i) + beta = w x_i + b at three values of x_i  =>  w = 0: a linear network on
                            log1p features cannot be the exact encoder where x_i matters *)

From tightcheck Require Import real_field criterion convexity.
Open Scope R_scope.

Section Relation.
Context {K : field} {X : Type}.
Add Field K_field : (laws K).

Theorem relation n m (nu : X -> nat -> K) (F : nat -> nat -> K) (c a : nat -> K) (a0 : K) :
  affinely_spans n nu -> (forall x, dot m a (exact_encoder n nu F c x) = a0) ->
  forall i, (i < n)%nat -> dot m (F i) a = zero.
Proof.
  intros Sp E i Hi. set (Fa := fun i => dot m (F i) a).
  assert (Q : forall x, dot n (nu x) Fa = sub a0 (dot m a c)).
  { intro x. rewrite <- (E x). unfold exact_encoder. rewrite dot_add, <- form_transpose. unfold form, Fa. ring. }
  rewrite <- (extend_below n (fun _ => zero) (sub a0 (dot m a c)) i Hi).
  change (Fa i = extend n (fun _ => zero) (sub a0 (dot m a c)) i). rewrite <- (extend_below n Fa zero i Hi).
  apply (spans_separates (S n) (fun x => extend n (nu x) one) _ _ Sp); [|lia].
  intro x. rewrite !dot_extend, Q, (dot_comm n (nu x)), (dot_zero n (fun _ => zero)) by auto. ring.
Qed.

End Relation.

Theorem logarithm_three_values w b alpha beta x1 x2 x3 : -1 < x1 -> x1 < x2 -> x2 < x3 ->
  (forall x, x = x1 \/ x = x2 \/ x = x3 -> w * x + b = alpha * ln (1 + x) + beta) -> w = 0.
Proof.
  intros H0 H12 H23 E.
  pose proof (E x1 ltac:(auto)) as E1. pose proof (E x2 ltac:(auto)) as E2. pose proof (E x3 ltac:(auto)) as E3.
  set (t := (x2 - x1) / (x3 - x1)).
  assert (Et : t * (x3 - x1) = x2 - x1) by (unfold t; field; lra).
  assert (Ht : 0 < t < 1) by (split; nra).
  assert (L : (1 - t) * ln (1 + x1) + t * ln (1 + x3) < ln (1 + x2)).
  { apply exp_lt_inv. rewrite exp_ln by lra.
    assert (N : ln (1 + x1) <> ln (1 + x3)).
    { intro C. apply ln_inv in C; lra. }
    pose proof (exp_strictly_convex _ _ t Ht N) as S. rewrite !exp_ln in S by lra. nra. }
  assert (Ea : alpha * (ln (1 + x2) - ((1 - t) * ln (1 + x1) + t * ln (1 + x3))) = 0) by nra.
  apply Rmult_integral in Ea. destruct Ea as [Ea|Ea]; [|lra]. subst alpha. nra.
Qed.
