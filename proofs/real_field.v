(** The real numbers as a field of finite_sums.v, and order for its finite sums.

    The axioms are those of the standard library's real numbers and no others. *)

From Coq Require Export Reals Lra.
From tightcheck Require Export finite_sums.
Open Scope R_scope.

Definition real_field : field :=
  {| carrier := R; zero := R0; one := R1; add := Rplus; mul := Rmult; sub := Rminus; opp := Ropp;
     div := Rdiv; inv := Rinv; laws := RealField.Rfield |}.
Canonical real_field.

Lemma sum_step n (t : nat -> R) : (sum (S n) t : R) = sum n t + t n.
Proof. reflexivity. Qed.

Lemma dot_step n (u v : nat -> R) : (dot (S n) u v : R) = dot n u v + u n * v n.
Proof. reflexivity. Qed.

Lemma sum_nonnegative n (t : nat -> R) : (forall i, (i < n)%nat -> 0 <= t i) -> 0 <= sum n t.
Proof.
  induction n as [|n IH]; intro H; [simpl; lra|]. rewrite sum_step.
  assert (0 <= sum n t) by (apply IH; auto). specialize (H n (Nat.lt_succ_diag_r n)). lra.
Qed.

Lemma sum_positive n (t : nat -> R) : (0 < n)%nat -> (forall i, (i < n)%nat -> 0 < t i) -> 0 < sum n t.
Proof.
  intros Hn H. destruct n as [|n]; [lia|]. rewrite sum_step.
  assert (0 <= sum n t) by (apply sum_nonnegative; intros; apply Rlt_le, H; lia).
  specialize (H n (Nat.lt_succ_diag_r n)). lra.
Qed.

Lemma sum_squares_zero n (c t : nat -> R) : (forall i, (i < n)%nat -> 0 < c i) ->
  (sum n (fun i => c i * (t i * t i)) : R) = 0 -> forall i, (i < n)%nat -> t i = 0.
Proof.
  intros Hc. induction n as [|n IH]; intros E i Hi; [lia|]. rewrite sum_step in E.
  assert (Hn : forall k, (k < n)%nat -> 0 < c k) by auto.
  assert (0 <= sum n (fun i => c i * (t i * t i))).
  { apply sum_nonnegative. intros k Hk. specialize (Hn k Hk). pose proof (Rle_0_sqr (t k)). unfold Rsqr in *. nra. }
  pose proof (Rle_0_sqr (t n)) as Q. unfold Rsqr in Q. specialize (Hc n (Nat.lt_succ_diag_r n)).
  assert (0 <= c n * (t n * t n)) by nra.
  destruct (Nat.eq_dec i n) as [->|].
  - assert (Z : c n * (t n * t n) = 0) by lra.
    destruct (Rmult_integral _ _ Z) as [|Z']; [lra|]. now destruct (Rmult_integral _ _ Z').
  - apply IH; auto; [lra|lia].
Qed.

(** Before ring, field or lra: finite sums become atoms, and an equation one of real numbers. *)
Ltac real_atoms :=
  simpl; repeat match goal with
  | |- context [@dot real_field ?n ?u ?v] => generalize (@dot real_field n u v : R); intro
  | |- context [@sum real_field ?n ?t] => generalize (@sum real_field n t : R); intro
  end; try match goal with |- @eq _ ?a ?b => change (@eq R a b) end.
