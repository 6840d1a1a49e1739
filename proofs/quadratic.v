(** Gaussian decoders with known variances, Gaussian latents: what C2 leaves of f = W z + V z^2 + b.

    Here A(f) = sum_i c_i f_i^2 + affine with c_i > 0.

    - quadratic_V_is_zero   psi = (u, u^2): if P and A(f) - P are quadratic in u at five points, every V_i = 0
                            (four points do not suffice: u^2 - 3u on {0, 1, 2, 3})
    - cross_terms           psi = (z_j, z_j^2): with V = 0, the mixed second difference of P in z_j, z_k is
                            2 sum_i c_i W_ij W_ik; for independent latents under the prior W'CW is diagonal
    - posterior_precision   f = W u + b, three points: kappa = lambda + 2 sum_i c_i W_i^2 for the prior's and the
                            encoder's coefficients -lambda/2, -kappa/2 of u^2
    - pinned_equal          so an encoder variance pinned to the prior's forces W = 0
    - pinned_impossible     and one that is larger is never exact *)

From tightcheck Require Import real_field.

Definition quartic (q4 q3 q2 q1 q0 u : R) : R := q4 * u ^ 4 + q3 * u ^ 3 + q2 * u ^ 2 + q1 * u + q0.

Lemma nonzero_cancel a b : a <> 0 -> a * b = 0 -> b = 0.
Proof. intros H E. apply Rmult_integral in E. now destruct E. Qed.

(** Divide by u - u0, ..., u - u3 in turn. *)
Lemma quartic_five_roots q4 q3 q2 q1 q0 u0 u1 u2 u3 u4 :
  u0 <> u1 -> u0 <> u2 -> u0 <> u3 -> u0 <> u4 -> u1 <> u2 ->
  u1 <> u3 -> u1 <> u4 -> u2 <> u3 -> u2 <> u4 -> u3 <> u4 ->
  (forall u, u = u0 \/ u = u1 \/ u = u2 \/ u = u3 \/ u = u4 -> quartic q4 q3 q2 q1 q0 u = 0) -> q4 = 0.
Proof.
  intros H01 H02 H03 H04 H12 H13 H14 H23 H24 H34 Z.
  pose proof (Z u0 ltac:(auto)) as Z0. unfold quartic in *.
  set (p := fun u =>
    q4 * (u ^ 3 + u ^ 2 * u0 + u * u0 ^ 2 + u0 ^ 3) + q3 * (u ^ 2 + u * u0 + u0 ^ 2) + q2 * (u + u0) + q1).
  assert (P : forall u, u = u1 \/ u = u2 \/ u = u3 \/ u = u4 -> p u = 0).
  { intros u Hu. apply (nonzero_cancel (u - u0)); [intuition lra|]. unfold p. specialize (Z u ltac:(intuition)). lra.
  }
  set (s := fun u => q4 * (u ^ 2 + u * u1 + u1 ^ 2 + (u + u1) * u0 + u0 ^ 2) + q3 * (u + u1 + u0) + q2).
  assert (S : forall u, u = u2 \/ u = u3 \/ u = u4 -> s u = 0).
  { intros u Hu. apply (nonzero_cancel (u - u1)); [intuition lra|].
    replace ((u - u1) * s u) with (p u - p u1) by (unfold p, s; ring). rewrite !P by intuition. ring. }
  set (r := fun u => q4 * (u + u2 + u1 + u0) + q3).
  assert (T : forall u, u = u3 \/ u = u4 -> r u = 0).
  { intros u Hu. apply (nonzero_cancel (u - u2)); [intuition lra|].
    replace ((u - u2) * r u) with (s u - s u2) by (unfold r, s; ring). rewrite !S by intuition. ring. }
  apply (nonzero_cancel (u4 - u3)); [lra|].
  replace ((u4 - u3) * q4) with (r u4 - r u3) by (unfold r; ring). rewrite !T by intuition. ring.
Qed.

Theorem quadratic_V_is_zero n (c V W b : nat -> R) (a2 a1 a0 : R) (u0 u1 u2 u3 u4 : R) :
  u0 <> u1 -> u0 <> u2 -> u0 <> u3 -> u0 <> u4 -> u1 <> u2 ->
  u1 <> u3 -> u1 <> u4 -> u2 <> u3 -> u2 <> u4 -> u3 <> u4 ->
  (forall i, (i < n)%nat -> 0 < c i) ->
  (forall u, u = u0 \/ u = u1 \/ u = u2 \/ u = u3 \/ u = u4 ->
     (sum n (fun i => c i * (V i * u ^ 2 + W i * u + b i) ^ 2) : R) = a2 * u ^ 2 + a1 * u + a0) ->
  forall i, (i < n)%nat -> V i = 0.
Proof.
  intros H01 H02 H03 H04 H12 H13 H14 H23 H24 H34 Hc E.
  apply (sum_squares_zero n c V Hc).
  assert (expand : exists q3 q2 q1 q0, forall u, (sum n (fun i => c i * (V i * u ^ 2 + W i * u + b i) ^ 2) : R)
    = quartic (sum n (fun i => c i * (V i * V i))) q3 q2 q1 q0 u).
  { clear. induction n as [|k (q3 & q2 & q1 & q0 & IH)].
    - exists 0, 0, 0, 0. intro u. unfold quartic. simpl. ring.
    - exists (q3 + 2 * c k * V k * W k), (q2 + c k * (W k ^ 2 + 2 * V k * b k)), (q1 + 2 * c k * W k * b k),
        (q0 + c k * b k ^ 2). intro u. rewrite !sum_step, IH. unfold quartic. ring. }
  destruct expand as (q3 & q2 & q1 & q0 & Q).
  apply (quartic_five_roots _ q3 (q2 - a2) (q1 - a1) (q0 - a0) u0 u1 u2 u3 u4); auto.
  intros u Hu. specialize (E u Hu). rewrite Q in E. unfold quartic in *. lra.
Qed.

Section Pinned.
Variable n : nat.
Variables c W b : nat -> R.
Variables lambda kappa a1 a0 : R.
Variables u0 u1 u2 : R.
Hypothesis distinct : u0 <> u1 /\ u0 <> u2 /\ u1 <> u2.
Hypothesis c_positive : forall i, (i < n)%nat -> 0 < c i.
Hypothesis C2 : forall u, u = u0 \/ u = u1 \/ u = u2 ->
  - lambda / 2 * u ^ 2 - (sum n (fun i => c i * (W i * u + b i) ^ 2) : R) = - kappa / 2 * u ^ 2 + a1 * u + a0.

Theorem posterior_precision : kappa = lambda + 2 * sum n (fun i => c i * (W i * W i)).
Proof.
  assert (expand : exists q1 q0, forall u, (sum n (fun i => c i * (W i * u + b i) ^ 2) : R)
    = sum n (fun i => c i * (W i * W i)) * u ^ 2 + q1 * u + q0).
  { clear. induction n as [|k (q1 & q0 & IH)].
    - exists 0, 0. intro u. simpl. ring.
    - exists (q1 + 2 * c k * W k * b k), (q0 + c k * b k ^ 2). intro u. rewrite !sum_step, IH. ring. }
  destruct expand as (q1 & q0 & Q). set (s := (sum n (fun i => c i * (W i * W i)) : R)) in *.
  set (d := (kappa - lambda) / 2 - s).
  assert (Z : forall u, u = u0 \/ u = u1 \/ u = u2 -> d * u ^ 2 - (q1 + a1) * u - (q0 + a0) = 0).
  { intros u Hu. specialize (C2 u Hu). rewrite Q in C2. unfold d. lra. }
  pose proof (Z u0 ltac:(auto)) as Z0. pose proof (Z u1 ltac:(auto)) as Z1. pose proof (Z u2 ltac:(auto)) as Z2.
  destruct distinct as (D01 & D02 & D12).
  assert (E1 : d * (u1 + u0) - (q1 + a1) = 0) by (apply (nonzero_cancel (u1 - u0)); lra).
  assert (E2 : d * (u2 + u0) - (q1 + a1) = 0) by (apply (nonzero_cancel (u2 - u0)); lra).
  assert (d = 0) by (apply (nonzero_cancel (u2 - u1)); lra). unfold d in *. lra.
Qed.

Theorem pinned_equal : kappa = lambda -> forall i, (i < n)%nat -> W i = 0.
Proof. intro E. apply (sum_squares_zero n c W c_positive). pose proof posterior_precision. lra. Qed.

Theorem pinned_impossible : ~ kappa < lambda.
Proof.
  intro L. pose proof posterior_precision as E.
  assert (0 <= sum n (fun i => c i * (W i * W i))).
  { apply sum_nonnegative. intros i Hi. specialize (c_positive i Hi).
    pose proof (Rle_0_sqr (W i)). unfold Rsqr in *. nra. }
  lra.
Qed.

End Pinned.

(** z_j = s, z_k = t and zero elsewhere. *)
Definition two j k (s t : R) : nat -> R := fun i => if (i =? j)%nat then s else if (i =? k)%nat then t else 0.

Lemma dot_two m (w : nat -> R) j k s t : (j < m)%nat -> (k < m)%nat -> j <> k ->
  (dot m w (two j k s t) : R) = s * w j + t * w k.
Proof.
  intros Hj Hk N. rewrite (dot_ext (K := real_field) m w w _ (fun i => s * unit j i + t * unit k i)).
  - rewrite (dot_add (K := real_field)), !(dot_scale (K := real_field)), !(dot_comm (K := real_field) m w).
    rewrite !dot_unit by auto.
    reflexivity.
  - auto.
  - intros i _. unfold two, unit. destruct (Nat.eqb_spec i j), (Nat.eqb_spec i k); subst; simpl; try lia; ring.
Qed.

Theorem cross_terms n m (c b : nat -> R) (W : nat -> nat -> R) (P : (nat -> R) -> R) (d e : nat -> R) (d0 : R) :
  (forall z, P z - sum n (fun i => c i * (dot m (W i) z + b i) ^ 2) = dot m d z + dot m e (fun j => z j * z j) + d0)
    ->
  forall j k, (j < m)%nat -> (k < m)%nat -> j <> k ->
  P (two j k 1 1) - P (two j k 1 0) - P (two j k 0 1) + P (two j k 0 0) = 2 * sum n (fun i => c i * (W i j * W i k)).
Proof.
  intros E j k Hj Hk N.
  set (S := fun z => (sum n (fun i => c i * (dot m (W i) z + b i) ^ 2) : R)).
  assert (D : S (two j k 1 1) - S (two j k 1 0) - S (two j k 0 1) + S (two j k 0 0)
              = 2 * sum n (fun i => c i * (W i j * W i k))).
  { unfold S. clear E. induction n as [|l IH]; [simpl; ring|]. rewrite !sum_step.
    rewrite !(dot_two m (W l)) by auto. lra. }
  rewrite <- D.
  assert (q : forall s t, (dot m e (fun i => two j k s t i * two j k s t i) : R) = s * s * e j + t * t * e k).
  { intros s t. rewrite <- (dot_two m e j k) by auto. apply (dot_ext (K := real_field)); [auto|].
    intros i _. unfold two. destruct (i =? j)%nat; [reflexivity|]. destruct (i =? k)%nat; simpl; ring. }
  pose proof (E (two j k 1 1)) as E11. pose proof (E (two j k 1 0)) as E10.
  pose proof (E (two j k 0 1)) as E01. pose proof (E (two j k 0 0)) as E00.
  rewrite q, dot_two in E11, E10, E01, E00 by auto. unfold S. lra.
Qed.
