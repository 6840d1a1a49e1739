(** What the encoder is shown, and parameters that it cannot change.

    - relation                <a, g(x)> is the same for every x  =>  F a = 0; a constant parameter k: column k of F
        is 0
    - affine_inputs           f affine in v(z) and in span(psi, 1) has no part in a statistic that is independent of
        v, 1
                              and the other statistics
    - logarithm_three_values  alpha ln(1 + x_i) + beta = w x_i + b at three values of x_i  =>  w = 0: a linear network
                              on log1p features cannot be the exact encoder where x_i matters
    - sublinear               |w x + b| <= C (1 + ln(1 + x)) for x = 0, 1, 2, ...  =>  w = 0 *)

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

(** f = a v(z) + b is in span(psi, 1) with F_k <> 0 only if psi_k is in the span of v, 1 and the other statistics. *)
Theorem affine_inputs {Z : Type} m (psi : Z -> nat -> K) (v : Z -> K) (w : nat -> K) (w0 a b : K) k :
  (k < m)%nat -> (forall z, dot m w (psi z) + w0 = a * v z + b)%K -> w k <> zero ->
  exists (c : nat -> K) (d e : K), c k = zero /\ forall z, (psi z k = dot m c (psi z) + d * v z + e)%K.
Proof.
  intros Hk E N. exists (fun i => if (i =? k)%nat then zero else (- (w i / w k))%K), (a / w k)%K, ((b - w0) / w k)%K.
  split; [now rewrite Nat.eqb_refl|]. intro z.
  set (c := fun i => if (i =? k)%nat then zero else (- (w i / w k))%K).
  assert (split : dot m w (psi z) = (w k * (psi z k - dot m c (psi z)))%K).
  { rewrite <- (dot_unit m k (psi z) Hk), (dot_comm m (unit k)), (dot_comm m c), <- dot_sub, <- dot_scale, dot_comm.
    apply dot_ext; [reflexivity|]. intros i _. unfold c, unit.
    destruct (Nat.eqb_spec i k) as [->|]; field; assumption. }
  specialize (E z). rewrite split in E.
  replace (psi z k) with (w k * (psi z k - dot m c (psi z)) / w k + dot m c (psi z))%K at 1 by (field; assumption).
  replace (w k * (psi z k - dot m c (psi z)))%K with (a * v z + b - w0)%K; [field; assumption|].
  rewrite <- E. ring.
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

(** A Lipschitz network on log1p features grows like a logarithm along the counts x_i = 0, 1, 2, ... *)
Theorem sublinear w b C : 0 <= C -> (forall x : nat, Rabs (w * INR x + b) <= C * (1 + ln (1 + INR x))) -> w = 0.
Proof.
  intros HC H. destruct (Req_dec w 0) as [|N]; [assumption|exfalso].
  assert (Hw : 0 < Rabs w) by now apply Rabs_pos_lt.
  set (k := Rabs b + C). assert (Hk : 0 <= k) by (pose proof (Rabs_pos b); unfold k; lra).
  assert (large : exists s : nat, INR s > 6 * k / Rabs w + 2).
  { destruct (archimed (6 * k / Rabs w + 2)) as [U _]. exists (Z.to_nat (up (6 * k / Rabs w + 2))).
    rewrite INR_IZR_INZ, Z2Nat.id; [assumption|]. apply le_IZR.
    assert (0 <= 6 * k / Rabs w) by (apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat, Hw]). lra. }
  destruct large as [s Hs].
  assert (Q : 6 * k / Rabs w * Rabs w = 6 * k) by (field; lra).
  assert (0 <= 6 * k / Rabs w) by (apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat, Hw]).
  assert (Hs1 : (1 <= s * s)%nat) by (destruct s; [simpl in Hs; lra|nia]).
  specialize (H (s * s - 1)%nat). rewrite minus_INR, mult_INR in H by assumption. simpl (INR 1) in H.
  replace (1 + (INR s * INR s - 1)) with (INR s * INR s) in H by ring.
  rewrite ln_mult in H by lra.
  assert (L : ln (INR s) <= INR s - 1).
  { rewrite <- (ln_exp (INR s - 1)). pose proof (exp_above_tangent (INR s - 1)) as T.
    destruct (Rle_lt_or_eq_dec _ _ T) as [T'|T']; [apply Rlt_le, ln_increasing; lra|right; f_equal; lra]. }
  pose proof (Rabs_triang_inv (w * (INR s * INR s - 1)) (- b)) as T.
  rewrite Rabs_Ropp, Rabs_mult, (Rabs_right (INR s * INR s - 1)) in T by nra.
  replace (w * (INR s * INR s - 1) - - b) with (w * (INR s * INR s - 1) + b) in T by ring.
  assert (U : Rabs w * (INR s * INR s - 1) <= k * (1 + 2 * INR s)) by (unfold k; pose proof (Rabs_pos b); nra).
  assert (V : Rabs w * INR s > 6 * k) by nra. nra.
Qed.
