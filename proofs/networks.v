(** The functions that a network can compute, and what each class holds.

    A network maps R^n to R^k; a vector is a function nat -> R of which the first entries are looked at.

    - affine         u -> W u + b
    - mlp            hidden layers of the given widths with one activation, an affine last layer, biases
    - unrestricted   every function of the n inputs

    - mlp_constants  every class holds the constants
    - mlp_lines      with hidden layers of width 2 or more and an activation with a(t) - a(-t) = c t, c not 0, it
        holds every
                     u -> alpha <w, u> + beta (ReLU, LeakyReLU, softplus, SiLU)
    - mlp_two_points with any activation that takes two values it takes any values at two inputs *)

From tightcheck Require Import real_field.
Import ListNotations.

Definition network := (nat -> R) -> nat -> R.

Definition affine (n k : nat) (F : network) : Prop :=
  exists (W : nat -> nat -> R) (b : nat -> R), forall u i, (i < k)%nat -> F u i = dot n (W i) u + b i.

Fixpoint mlp (a : R -> R) (hidden : list nat) (n k : nat) (F : network) : Prop :=
  match hidden with
  | [] => affine n k F
  | h :: rest => exists G H, affine n h G /\ mlp a rest h k H /\ forall u i, (i < k)%nat -> F u i = H (fun j => a (G
    u j)) i
  end.

Definition unrestricted (n k : nat) (F : network) : Prop :=
  forall u v, (forall j, (j < n)%nat -> u j = v j) -> forall i, (i < k)%nat -> F u i = F v i.

Definition identity (t : R) : R := t.
Definition relu (t : R) : R := Rmax 0 t.
Definition leaky_relu (t : R) : R := Rmax (t / 100) t.
Definition sigmoid (t : R) : R := / (1 + exp (- t)).
Definition softplus (t : R) : R := ln (1 + exp t).
Definition silu (t : R) : R := t * sigmoid t.

(** What a class of networks may hold. *)
Definition holds_constants (k : nat) (C : network -> Prop) : Prop :=
  forall c : nat -> R, exists F, C F /\ forall u i, (i < k)%nat -> F u i = c i.
Definition holds_lines (n k : nat) (C : network -> Prop) : Prop :=
  forall w alpha beta : nat -> R, exists F, C F /\ forall u i, (i < k)%nat -> F u i = alpha i * dot n w u + beta i.
Definition holds_affine (n k : nat) (C : network -> Prop) : Prop :=
  forall (W : nat -> nat -> R) (b : nat -> R), exists F, C F /\ forall u i, (i < k)%nat -> F u i = dot n (W i) u + b
    i.
Definition holds_two_points (n k : nat) (C : network -> Prop) : Prop :=
  forall (u v y y' : nat -> R) j, (j < n)%nat -> u j <> v j ->
  exists F, C F /\ forall i, (i < k)%nat -> F u i = y i /\ F v i = y' i.
Definition looks_at (n k : nat) (C : network -> Prop) : Prop := forall F, C F -> unrestricted n k F.

Lemma affine_holds_affine n k : holds_affine n k (affine n k).
Proof. intros W b. exists (fun u i => dot n (W i) u + b i). split; [exists W, b|]; auto. Qed.

Lemma unrestricted_holds_affine n k : holds_affine n k (unrestricted n k).
Proof.
  intros W b. exists (fun u i => dot n (W i) u + b i). split; [|auto]. intros u v E i Hi. f_equal.
  now apply (dot_ext (K := real_field)).
Qed.

Lemma affine_lines n k C : holds_affine n k C -> holds_lines n k C.
Proof.
  intros H w alpha beta. destruct (H (fun i j => alpha i * w j) beta) as (F & CF & E). exists F. split; [assumption|].
  intros u i Hi. rewrite E, (dot_comm (K := real_field)), (dot_scale (K := real_field)) by assumption. simpl.
  now rewrite (dot_comm (K := real_field) n u w).
Qed.

Lemma lines_constants n k C : holds_lines n k C -> holds_constants k C.
Proof.
  intros H c. destruct (H (fun _ => 0) (fun _ => 0) c) as (F & CF & E). exists F. split; [assumption|].
  intros u i Hi. rewrite E by assumption. ring.
Qed.

Lemma lines_two_points n k C : holds_lines n k C -> holds_two_points n k C.
Proof.
  intros H u v y y' j Hj N.
  destruct (H (unit j) (fun i => (y' i - y i) / (v j - u j)) (fun i => y i - (y' i - y i) / (v j - u j) * u j))
    as (F & CF & E).
  exists F. split; [assumption|]. intros i Hi. rewrite !E, !(dot_unit (K := real_field)) by assumption.
  split; field; lra.
Qed.

Lemma affine_looks_at n k : looks_at n k (affine n k).
Proof.
  intros F (W & b & E) u v H i Hi. rewrite !E by assumption. f_equal. now apply (dot_ext (K := real_field)).
Qed.

Lemma unrestricted_looks_at n k : looks_at n k (unrestricted n k).
Proof. now intros F H. Qed.

Lemma mlp_looks_at a hidden n k : looks_at n k (mlp a hidden n k).
Proof.
  revert n. induction hidden as [|h rest IH]; intro n; simpl; [apply affine_looks_at|].
  intros F (G & H & HG & HH & E) u v S i Hi. rewrite !E by assumption. apply (IH h H HH); [|assumption].
  intros j Hj. f_equal. now apply (affine_looks_at n h G HG).
Qed.

Lemma mlp_constants a hidden n k : holds_constants k (mlp a hidden n k).
Proof.
  intro c. revert n. induction hidden as [|h rest IH]; intro n; simpl.
  - exists (fun _ i => c i). split; [|auto]. exists (fun _ _ => 0), c. intros u i Hi.
    rewrite (dot_zero (K := real_field)) by auto. simpl. ring.
  - destruct (IH h) as (F & CF & E). exists (fun u => F (fun _ => a 0)). split; [|auto].
    exists (fun _ _ => 0), F. split; [|split; auto].
    exists (fun _ _ => 0), (fun _ => 0). intros u i Hi. rewrite (dot_zero (K := real_field)) by auto. simpl. ring.
Qed.

Definition pairs_to_identity (a : R -> R) : Prop := exists c, c <> 0 /\ forall t, a t - a (- t) = c * t.

Lemma relu_pairs : pairs_to_identity relu.
Proof. exists 1. split; [lra|]. intro t. unfold relu, Rmax. destruct (Rle_dec 0 t), (Rle_dec 0 (- t)); lra. Qed.

Lemma leaky_relu_pairs : pairs_to_identity leaky_relu.
Proof.
  exists (101 / 100). split; [lra|]. intro t. unfold leaky_relu, Rmax.
  destruct (Rle_dec (t / 100) t), (Rle_dec (- t / 100) (- t)); lra.
Qed.

Lemma identity_pairs : pairs_to_identity identity.
Proof. exists 2. split; [lra|]. intro t. unfold identity. lra. Qed.

Lemma softplus_pairs : pairs_to_identity softplus.
Proof.
  exists 1. split; [lra|]. intro t. unfold softplus.
  assert (E : 1 + exp t = exp t * (1 + exp (- t))).
  { rewrite Rmult_plus_distr_l, <- exp_plus, Rplus_opp_r, exp_0. ring. }
  pose proof (exp_pos t). pose proof (exp_pos (- t)).
  rewrite E, ln_mult, ln_exp by lra. ring.
Qed.

Lemma silu_pairs : pairs_to_identity silu.
Proof.
  exists 1. split; [lra|]. intro t. unfold silu, sigmoid. rewrite Ropp_involutive.
  pose proof (exp_pos t). pose proof (exp_pos (- t)).
  assert (E : exp t * exp (- t) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
  assert (/ (1 + exp (- t)) + / (1 + exp t) = 1).
  { replace (exp (- t)) with (/ exp t) by (symmetry; apply exp_Ropp). field. split; lra. }
  nra.
Qed.

Definition wide (width : nat) (hidden : list nat) : bool := forallb (fun h => (width <=? h)%nat) hidden.

(** Units 0 and 1 of each layer carry a(s) and a(-s), and s is their difference over c. *)
Lemma mlp_lines a hidden n k : pairs_to_identity a -> wide 2 hidden = true -> holds_lines n k (mlp a hidden n k).
Proof.
  intros (c & Hc & Ha) W w alpha beta. revert n w W. induction hidden as [|h rest IH]; intros n w W; simpl.
  - apply (affine_lines n k). apply affine_holds_affine.
  - change ((2 <=? h)%nat && wide 2 rest = true)%bool in W. apply andb_prop in W. destruct W as [Wh W].
    apply Nat.leb_le in Wh.
    destruct (IH h (fun j => if (j =? 0)%nat then / c else if (j =? 1)%nat then - / c else 0) W) as (H & CH & E).
    set (G := fun (u : nat -> R) j => if (j =? 0)%nat then dot n w u else - dot n w u).
    exists (fun u => H (fun j => a (G u j))). split.
    + exists G, H. split; [|auto]. exists (fun i j => if (i =? 0)%nat then w j else - 1 * w j), (fun _ => 0).
      intros u i _. unfold G. destruct (i =? 0)%nat; [symmetry; apply Rplus_0_r|].
      rewrite (dot_comm (K := real_field) n (fun j => - 1 * w j)), (dot_scale (K := real_field)),
        (dot_comm (K := real_field) n u). real_atoms; ring.
    + intros u i Hi. rewrite E by assumption.
      replace (dot h _ _ : R) with (dot n w u : R); [reflexivity|].
      destruct h as [|[|h]]; [lia|lia|]. clear - Ha Hc.
      assert (S : forall l, (dot (S (S l)) (fun j => if (j =? 0)%nat then / c else if (j =? 1)%nat then - / c else 0)
        (fun j => a (G u j)) : R) = / c * (a (dot n w u) - a (- dot n w u))).
      { induction l as [|l IH]; [unfold G; rewrite !dot_step; unfold dot; simpl; ring|].
        rewrite dot_step, IH. simpl. ring. }
      rewrite S, Ha. real_atoms. now field.
Qed.

Lemma mlp_two_points a hidden n k : (exists s t, a s <> a t) -> wide 1 hidden = true -> holds_two_points n k (mlp a
  hidden n k).
Proof.
  intros (s & t & Ha) W u v y y'. revert n u v W. induction hidden as [|h rest IH]; intros n u v W j Hj N; simpl.
  - apply (lines_two_points n k _ (affine_lines n k _ (affine_holds_affine n k)) u v y y' j Hj N).
  - change ((1 <=? h)%nat && wide 1 rest = true)%bool in W. apply andb_prop in W. destruct W as [Wh W].
    apply Nat.leb_le in Wh.
    destruct (lines_two_points n h _ (affine_lines n h _ (affine_holds_affine n h)) u v (fun _ => s) (fun _ => t) j
      Hj N)
      as (G & CG & EG).
    destruct (IH h (fun i => a (G u i)) (fun i => a (G v i)) W 0%nat) as (H & CH & EH); [lia| |].
    { destruct (EG 0%nat) as [-> ->]; [lia|assumption]. }
    exists (fun x => H (fun i => a (G x i))). split; [|assumption]. exists G, H. auto.
Qed.

Lemma increasing_two_values a : a 0 < a 1 -> exists s t, a s <> a t.
Proof. intro H. exists 0, 1. lra. Qed.

Lemma tanh_two_values : exists s t, tanh s <> tanh t.
Proof.
  exists 0, 1. unfold tanh, sinh, cosh. rewrite Ropp_0, exp_0. intro E.
  replace (Ropp 1) with (- 1) in E by lra.
  pose proof (exp_pos 1). pose proof (exp_pos (- 1)).
  assert (0 < exp 1 - exp (- 1)) by (pose proof (exp_increasing (- 1) 1 ltac:(lra)); lra).
  assert (0 < (exp 1 - exp (- 1)) / 2 / ((exp 1 + exp (- 1)) / 2)) by (apply Rdiv_lt_0_compat; lra).
  replace ((1 - 1) / 2 / ((1 + 1) / 2)) with 0 in E by field. lra.
Qed.

Lemma sigmoid_two_values : exists s t, sigmoid s <> sigmoid t.
Proof.
  apply increasing_two_values. unfold sigmoid. rewrite Ropp_0, exp_0.
  replace (Ropp 1) with (- 1) by lra.
  pose proof (exp_increasing (- 1) 0 ltac:(lra)) as H. rewrite exp_0 in H. pose proof (exp_pos (- 1)).
  apply Rinv_lt_contravar; [nra|lra].
Qed.

Lemma pairs_two_values a : pairs_to_identity a -> exists s t, a s <> a t.
Proof. intros (c & Hc & H). exists 1, (Ropp 1). specialize (H 1). intro E. rewrite E in H. lra. Qed.
