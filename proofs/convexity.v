(** The convexity lemma: three collinear values of the encoder's statistics.

    A log-partition is strictly convex when the statistics are minimal.
    If psi(z_2) = (1-t) psi(z_1) + t psi(z_3) with
    0 < t < 1, then C1 puts f(z_2) on the segment from f(z_1) to f(z_3), and C2 says that A(f) - P is affine in psi,
      so

        A(f(z_2)) = (1-t) A(f(z_1)) + t A(f(z_3))      when P is in span(psi, 1),

    against strict convexity unless f(z_1) = f(z_3), that is F (psi(z_3) - psi(z_1)) = 0.  It is enough that
    P(z_2) >= (1-t) P(z_1) + t P(z_3).

    - convexity_lemma                 the statement above, for any strictly convex A on any domain
    - log_partition_strictly_convex   the log-partition of a family on finitely many points is strictly convex *)

From tightcheck Require Import real_field.

Section Convexity.
Variables n m : nat.

Definition segment (t : R) (u v : nat -> R) : nat -> R := fun i => (1 - t) * u i + t * v i.

Definition strictly_convex (Omega : (nat -> R) -> Prop) (A : (nat -> R) -> R) : Prop :=
  forall u v t, Omega u -> Omega v -> 0 < t < 1 -> (exists i, (i < n)%nat /\ u i <> v i) ->
  A (segment t u v) < (1 - t) * A u + t * A v.

Lemma dot_segment (a u v : nat -> R) t : (dot m a (segment t u v) : R) = (1 - t) * dot m a u + t * dot m a v.
Proof. induction m as [|k IH]; [unfold dot; simpl; lra|]. rewrite !dot_step, IH. unfold segment. ring. Qed.

Context {Z : Type}.
Variable psi : Z -> nat -> R.
Variables (F : nat -> nat -> R) (f0 c : nat -> R) (c0 : R).
Variable Omega : (nat -> R) -> Prop.
Variable A : (nat -> R) -> R.
Hypothesis A_strictly_convex : strictly_convex Omega A.
Hypothesis A_coordinates : forall u v, (forall i, (i < n)%nat -> u i = v i) -> A u = A v.
Variable P : Z -> R.
Let f z : nat -> R := fun i => dot m (F i) (psi z) + f0 i.
Hypothesis C4 : forall z, Omega (f z).
Hypothesis C2 : forall z, P z - A (f z) = (dot m c (psi z) : R) + c0.

Theorem convexity_lemma z1 z2 z3 t : 0 < t < 1 ->
  (forall j, (j < m)%nat -> psi z2 j = segment t (psi z1) (psi z3) j) ->
  P z2 >= (1 - t) * P z1 + t * P z3 ->
  forall i, (i < n)%nat -> (dot m (F i) (fun j => psi z3 j - psi z1 j) : R) = 0.
Proof.
  intros Ht Hpsi HP i Hi. rewrite (dot_sub (K := real_field)). simpl.
  assert (on_segment : forall a, (dot m a (psi z2) : R) = (1 - t) * dot m a (psi z1) + t * dot m a (psi z3)).
  { intro a. rewrite <- dot_segment. now apply (dot_ext (K := real_field)). }
  destruct (Req_dec (f z1 i) (f z3 i)) as [E|N]; [unfold f in E; lra|]. exfalso.
  pose proof (A_strictly_convex (f z1) (f z3) t (C4 z1) (C4 z3) Ht (ex_intro _ i (conj Hi N))) as S.
  rewrite (A_coordinates _ (f z2)) in S.
  - pose proof (C2 z1). pose proof (C2 z2). pose proof (C2 z3). rewrite on_segment in *. nra.
  - intros k _. unfold f, segment. rewrite on_segment. ring.
Qed.

End Convexity.

Lemma exp_above_tangent y : 1 + y <= exp y.
Proof. destruct (Req_dec y 0) as [->|N]; [rewrite exp_0; lra|]. apply Rlt_le. now apply exp_ineq1. Qed.

Lemma exp_convex a b t : 0 < t < 1 -> exp ((1 - t) * a + t * b) <= (1 - t) * exp a + t * exp b.
Proof.
  intro Ht. set (mean := (1 - t) * a + t * b).
  replace (exp a) with (exp mean * exp (a - mean)) by (rewrite <- exp_plus; f_equal; ring).
  replace (exp b) with (exp mean * exp (b - mean)) by (rewrite <- exp_plus; f_equal; ring).
  pose proof (exp_pos mean). pose proof (exp_above_tangent (a - mean)). pose proof (exp_above_tangent (b - mean)).
  assert (T : (1 - t) * (a - mean) + t * (b - mean) = 0) by (unfold mean; ring).
  assert (1 <= (1 - t) * exp (a - mean) + t * exp (b - mean)) by nra. nra.
Qed.

Lemma exp_strictly_convex a b t : 0 < t < 1 -> a <> b -> exp ((1 - t) * a + t * b) < (1 - t) * exp a + t * exp b.
Proof.
  intros Ht N. set (mean := (1 - t) * a + t * b).
  replace (exp a) with (exp mean * exp (a - mean)) by (rewrite <- exp_plus; f_equal; ring).
  replace (exp b) with (exp mean * exp (b - mean)) by (rewrite <- exp_plus; f_equal; ring).
  pose proof (exp_pos mean).
  assert (a - mean <> 0).
  { unfold mean. intro E. apply N. assert (D : t * (a - b) = 0) by lra. apply Rmult_integral in D. lra. }
  pose proof (exp_ineq1 (a - mean) ltac:(assumption)). pose proof (exp_above_tangent (b - mean)).
  assert (T : (1 - t) * (a - mean) + t * (b - mean) = 0) by (unfold mean; ring).
  assert (1 < (1 - t) * exp (a - mean) + t * exp (b - mean)) by nra. nra.
Qed.

(** s x and r x are <nu(x), eta> at two parameters; they differ by a constant only if the parameters are equal, when
  nu
    is minimal. *)
Definition log_partition N (h s : nat -> R) : R := ln (sum N (fun x => h x * exp (s x))).

Theorem log_partition_strictly_convex N (h s r : nat -> R) t :
  (forall x, (x < N)%nat -> 0 < h x) -> 0 < t < 1 ->
  (exists x y, (x < N)%nat /\ (y < N)%nat /\ s x - r x <> s y - r y) ->
  log_partition N h (segment t s r) < (1 - t) * log_partition N h s + t * log_partition N h r.
Proof.
  intros Hh Ht (x0 & y0 & Hx & Hy & N0).
  assert (positive : forall w, 0 < sum N (fun x => h x * exp (w x))).
  { intro w. apply sum_positive; [lia|]. intros x Hx'. specialize (Hh x Hx'). pose proof (exp_pos (w x)). nra. }
  set (a := log_partition N h s). set (b := log_partition N h r).
  set (total := fun w : nat -> R => (sum N (fun x => h x * exp (w x)) : R)).
  assert (shift : forall w l, total (fun x => w x - l) = exp (- l) * total w).
  { intros w l. unfold total. rewrite <- (sum_scale (K := real_field)). apply (sum_ext (K := real_field)).
    intros x _. unfold Rminus. rewrite exp_plus. simpl. ring. }
  assert (one : forall w, total (fun x => w x - log_partition N h w) = 1).
  { intro w. rewrite shift, exp_Ropp. unfold log_partition. rewrite exp_ln by apply positive.
    fold (total w). field. apply Rgt_not_eq, positive. }
  (* Some point has s - a different from r - b, and there the inequality for exp is strict. *)
  assert (strict : exists x, (x < N)%nat /\ s x - a <> r x - b).
  { destruct (Req_dec (s x0 - a) (r x0 - b)) as [E|]; [|now exists x0].
    exists y0. split; [assumption|]. intro E'. apply N0. lra. }
  assert (below : total (fun x => segment t s r x - ((1 - t) * a + t * b)) < 1).
  { apply Rlt_le_trans with ((1 - t) * total (fun x => s x - a) + t * total (fun x => r x - b)).
    2:{ unfold a, b. rewrite !one. lra. }
    destruct strict as (x1 & Hx1 & N1). revert Hx1. unfold total.
    assert (Hle : forall k, (k <= N)%nat ->
      (sum k (fun x => h x * exp (segment t s r x - ((1 - t) * a + t * b))) : R)
      <= (1 - t) * sum k (fun x => h x * exp (s x - a)) + t * sum k (fun x => h x * exp (r x - b)) /\
      ((x1 < k)%nat -> (sum k (fun x => h x * exp (segment t s r x - ((1 - t) * a + t * b))) : R)
      < (1 - t) * sum k (fun x => h x * exp (s x - a)) + t * sum k (fun x => h x * exp (r x - b)))).
    { induction k as [|k IH]; intro Hk; [split; [simpl; lra|lia]|].
      destruct IH as [L S]; [lia|]. rewrite !sum_step. specialize (Hh k ltac:(lia)).
      replace (segment t s r k - ((1 - t) * a + t * b)) with ((1 - t) * (s k - a) + t * (r k - b))
        by (unfold segment; ring).
      pose proof (exp_convex (s k - a) (r k - b) t Ht) as C. split; [nra|]. intro Hx1.
      destruct (Nat.eq_dec x1 k) as [->|]; [|specialize (S ltac:(lia)); nra].
      pose proof (exp_strictly_convex (s k - a) (r k - b) t Ht N1). nra. }
    intro Hx1. now apply (Hle N (le_n N)). }
  rewrite shift in below. unfold log_partition at 1. fold (total (segment t s r)).
  apply exp_lt_inv. rewrite exp_ln by apply positive.
  rewrite exp_Ropp in below. pose proof (exp_pos ((1 - t) * a + t * b)) as Q.
  apply (Rmult_lt_reg_l (/ exp ((1 - t) * a + t * b))); [now apply Rinv_0_lt_compat|].
  rewrite Rinv_l by lra. exact below.
Qed.
