(** Finite spaces: statements about probabilities.

    X = {0, ..., N-1} and Z = {0, ..., M-1}.
    p x z = p(x|z) and q z x = q(z|x) are positive and sum to 1 over x and z.

    - pairs_consistent      some positive joint distribution has both as its conditionals iff all 2 x 2
        cross-differences
                            of D(x,z) = log p(x|z) - log q(z|x) vanish; one quadruple refutes a pair for every prior
    - converse_probability  the converse of Theorem 1: for every matrix W the function (7), divided by its sum, is a
                            probability distribution, and its conditionals are the exponential families (6a) and (6b)
                              *)

From tightcheck Require Import real_field densities.

Section Pairs.
Variables N M : nat.
Hypothesis N_positive : (0 < N)%nat.
Hypothesis M_positive : (0 < M)%nat.

Definition is_joint_of (j p q : nat -> nat -> R) : Prop :=
  (forall x z, (x < N)%nat -> (z < M)%nat -> 0 < j x z) /\
  (sum N (fun x => sum M (fun z => j x z)) : R) = 1 /\
  (forall x z, (x < N)%nat -> (z < M)%nat -> j x z = p x z * sum N (fun y => j y z)) /\
  (forall x z, (x < N)%nat -> (z < M)%nat -> j x z = q z x * sum M (fun w => j x w)).

Definition log_difference (p q : nat -> nat -> R) x z : R := ln (p x z) - ln (q z x).

Lemma sum_ext_real n (s t : nat -> R) : (forall i, (i < n)%nat -> s i = t i) -> (sum n s : R) = sum n t.
Proof. apply (sum_ext (K := real_field)). Qed.

Lemma sum_scale_real n a (t : nat -> R) : (sum n (fun i => a * t i) : R) = a * sum n t.
Proof. apply (sum_scale (K := real_field)). Qed.

Lemma sum_swap_real n m (t : nat -> nat -> R) :
  (sum n (fun i => sum m (t i)) : R) = sum m (fun j => sum n (fun i => t i j)).
Proof. apply (sum_swap (K := real_field)). Qed.

Variables p q : nat -> nat -> R.
Hypothesis p_positive : forall x z, (x < N)%nat -> (z < M)%nat -> 0 < p x z.
Hypothesis q_positive : forall x z, (x < N)%nat -> (z < M)%nat -> 0 < q z x.
Hypothesis p_sum : forall z, (z < M)%nat -> (sum N (fun x => p x z) : R) = 1.
Hypothesis q_sum : forall x, (x < N)%nat -> (sum M (fun z => q z x) : R) = 1.
Let D := log_difference p q.

Lemma joint_cross_differences j : is_joint_of j p q ->
  forall x x' z z', (x < N)%nat -> (x' < N)%nat -> (z < M)%nat -> (z' < M)%nat -> D x z - D x' z - D x z' + D x' z' =
    0.
Proof.
  intros (Hj & _ & Hp & Hq) x x' z z' Hx Hx' Hz Hz'.
  assert (E : forall x z, (x < N)%nat -> (z < M)%nat ->
    D x z = ln (sum M (fun w => j x w)) - ln (sum N (fun y => j y z))).
  { clear x x' z z' Hx Hx' Hz Hz'. intros x z Hx Hz.
    assert (Sx : 0 < sum M (fun w => j x w)) by (apply sum_positive; auto).
    assert (Sz : 0 < sum N (fun y => j y z)) by (apply sum_positive; auto).
    assert (L : ln (p x z) + ln (sum N (fun y => j y z)) = ln (q z x) + ln (sum M (fun w => j x w))).
    { rewrite <- !ln_mult by auto. f_equal. now rewrite <- Hp, <- Hq. }
    unfold D, log_difference. lra. }
  rewrite !E by auto. ring.
Qed.

(** The joint: q(z|x) p(x|0) / q(0|x), normalised. *)
Lemma cross_differences_joint :
  (forall x x' z z', (x < N)%nat -> (x' < N)%nat -> (z < M)%nat -> (z' < M)%nat ->
     D x z - D x' z - D x z' + D x' z' = 0) ->
  exists j, is_joint_of j p q.
Proof.
  intro H.
  set (a := fun x => p x 0%nat / q 0%nat x).
  set (b := fun z => q z 0%nat / p 0%nat z * a 0%nat).
  assert (Ha : forall x, (x < N)%nat -> 0 < a x).
  { intros x Hx. apply Rdiv_lt_0_compat; auto. }
  assert (Hb : forall z, (z < M)%nat -> 0 < b z).
  { intros z Hz. apply Rmult_lt_0_compat; [apply Rdiv_lt_0_compat|]; auto. }
  assert (both : forall x z, (x < N)%nat -> (z < M)%nat -> q z x * a x = p x z * b z).
  { intros x z Hx Hz. apply ln_inv; try (apply Rmult_lt_0_compat; auto).
    unfold b, a, Rdiv.
    repeat first [rewrite ln_mult | rewrite ln_Rinv];
      auto using Rinv_0_lt_compat, Rmult_lt_0_compat.
    specialize (H x 0%nat z 0%nat Hx N_positive Hz M_positive). unfold D, log_difference in H. lra. }
  set (total := (sum N (fun x => a x) : R)).
  assert (Ht : 0 < total) by (apply sum_positive; auto).
  assert (marginal_x : forall x, (x < N)%nat -> (sum M (fun z => q z x * a x / total) : R) = a x / total).
  { intros x Hx. rewrite (sum_ext_real M _ (fun z => a x / total * q z x)) by (intros; unfold Rdiv; ring).
    rewrite sum_scale_real, q_sum by auto. ring. }
  assert (marginal_z : forall z, (z < M)%nat -> (sum N (fun x => q z x * a x / total) : R) = b z / total).
  { intros z Hz. rewrite (sum_ext_real N _ (fun x => b z / total * p x z)).
    - rewrite sum_scale_real, p_sum by auto. ring.
    - intros x Hx. rewrite both by auto. unfold Rdiv. ring. }
  exists (fun x z => q z x * a x / total). repeat split.
  - intros x z Hx Hz. apply Rdiv_lt_0_compat; auto. apply Rmult_lt_0_compat; auto.
  - rewrite (sum_ext_real N _ (fun x => / total * a x)).
    + rewrite sum_scale_real. transitivity (/ total * total); [reflexivity|field; lra].
    + intros x Hx. rewrite marginal_x by auto. unfold Rdiv. ring.
  - intros x z Hx Hz. rewrite marginal_z, both by auto. unfold Rdiv. ring.
  - intros x z Hx Hz. rewrite marginal_x by auto. unfold Rdiv. ring.
Qed.

Theorem pairs_consistent :
  (exists j, is_joint_of j p q) <->
  (forall x x' z z', (x < N)%nat -> (x' < N)%nat -> (z < M)%nat -> (z' < M)%nat ->
     D x z - D x' z - D x z' + D x' z' = 0).
Proof.
  split; [intros [j Hj]; now apply (joint_cross_differences j)|apply cross_differences_joint].
Qed.

End Pairs.

Theorem converse_probability N M n m (nu psi : nat -> nat -> R) (h h' : nat -> R) (W : nat -> nat -> R) :
  (0 < N)%nat -> (0 < M)%nat -> (forall x, 0 < h x) -> (forall z, 0 < h' z) ->
  let weight x z := h x * h' z * exp (form (S n) (S m) W (extend n (nu x) 1%K) (extend m (psi z) 1%K)) in
  let total := (sum N (fun x => sum M (fun z => weight x z)) : R) in
  let joint x z := weight x z / total in
  let marginal_x x := (sum M (fun z => joint x z) : R) in
  let marginal_z z := (sum N (fun x => joint x z) : R) in
  (sum N (fun x => sum M (fun z => joint x z)) : R) = 1 /\
  exists (A B : nat -> R), forall x z,
    joint x z / marginal_z z
      = family (h x) (dot n (nu x) (fun i => dot (S m) (W i) (extend m (psi z) 1%K))) (A z) /\
    joint x z / marginal_x x
      = family (h' z) (dot m (psi z) (fun j => dot (S n) (extend n (nu x) 1%K) (fun i => W i j))) (B x).
Proof.
  intros HN HM Hh Hh' weight total joint marginal_x marginal_z.
  assert (Hw : forall x z, 0 < weight x z).
  { intros x z. unfold weight. specialize (Hh x). specialize (Hh' z).
    apply Rmult_lt_0_compat; [nra|apply exp_pos]. }
  assert (Hx : forall x, 0 < sum M (fun z => weight x z)) by (intro x; apply sum_positive; auto).
  assert (Hz : forall z, 0 < sum N (fun x => weight x z)) by (intro z; apply sum_positive; auto).
  assert (Ht : 0 < total) by (apply sum_positive; auto).
  assert (Mx : forall x, marginal_x x = / total * sum M (fun z => weight x z)).
  { intro x. unfold marginal_x, joint. rewrite <- sum_scale_real. apply sum_ext_real. intros; unfold Rdiv; ring. }
  assert (Mz : forall z, marginal_z z = / total * sum N (fun x => weight x z)).
  { intro z. unfold marginal_z, joint. rewrite <- sum_scale_real. apply sum_ext_real. intros; unfold Rdiv; ring. }
  split.
  - fold marginal_x. rewrite (sum_ext_real N _ (fun x => / total * sum M (fun z => weight x z))) by (intros; apply
      Mx).
    rewrite sum_scale_real. transitivity (/ total * total); [reflexivity|field; lra].
  - destruct (converse_densities n m nu psi h h' Hh Hh' W weight (fun x => sum M (fun z => weight x z))
      (fun z => sum N (fun x => weight x z)) Hz Hx) as (A & B & E); [reflexivity|].
    exists A, B. intros x z. destruct (E x z) as [E1 E2]. rewrite <- E1, <- E2, Mx, Mz. unfold joint.
    specialize (Hx x). specialize (Hz z). split; field; lra.
Qed.
