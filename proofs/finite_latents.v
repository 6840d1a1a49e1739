(** Finite latent spaces (theory: section 5).

    - spans_all             one categorical (or one Bernoulli) latent: psi spans every function of z
    - every_decoder         so every decoder with every positive prior is consistent
    - one_parent            m Bernoulli latents: a sum of functions of one coordinate each is in span(psi, 1)
    - no_interaction        and what is in the span has no mixed second difference
    - one_parent_consistent so decoders whose every x_i has at most one parent z_j are consistent *)

From tightcheck Require Import finite_sums criterion.

Section Categorical.
Context {K : field} {X Z : Type}.
Add Field K_field : (laws K).

(** Z has the points value 0, ..., value m; the statistics are the indicators of all but the last. *)
Variable m : nat.
Variable value : nat -> Z.
Variable index : Z -> nat.
Hypothesis enumerated : forall z, index z <= m /\ value (index z) = z.
Definition one_hot (z : Z) : nat -> K := fun j => if index z =? j then 1 else 0.

Theorem spans_all (t : Z -> K) : in_span m one_hot t.
Proof.
  exists (fun j => t (value j) - t (value m)), (t (value m)). intro z.
  destruct (enumerated z) as [B E].
  rewrite dot_comm, (dot_ext m _ (unit (index z)) _ (fun j => t (value j) - t (value m))); auto.
  - destruct (Nat.eq_dec (index z) m) as [I|I].
    + rewrite <- E at 1. rewrite I. rewrite dot_zero; [ring|].
      intros j Hj. unfold unit. destruct (Nat.eqb_spec j m); [lia|reflexivity].
    + rewrite dot_unit by lia. rewrite E. ring.
  - intros j _. unfold one_hot, unit. now rewrite Nat.eqb_sym.
Qed.

Theorem every_decoder n (nu : X -> nat -> K) (f : Z -> nat -> K) (A P : Z -> K) :
  consistent n m nu one_hot f A P.
Proof. apply C1_C2_consistent; [intros i _|]; apply spans_all. Qed.

End Categorical.

Section Bernoulli.
Context {K : field} {X : Type}.
Add Field K_field : (laws K).
Variable m : nat.

(** A point of the cube, and its statistics: the coordinates themselves. *)
Definition bits (z : nat -> bool) : nat -> K := fun j => if z j then 1 else 0.

Definition has_parent (t : (nat -> bool) -> K) (j : nat) : Prop := exists s : bool -> K, forall z, t z = s (z j).

Lemma single_parent (t : (nat -> bool) -> K) j : j < m -> has_parent t j -> in_span m bits t.
Proof.
  intros Hj [s E]. exists (fun i => (s true - s false) * unit j i), (s false). intro z.
  rewrite (dot_comm m _ (bits z)), dot_scale, dot_comm, dot_unit, E by auto. unfold bits. destruct (z j); ring.
Qed.

Theorem one_parent n (t : nat -> (nat -> bool) -> K) (parent : nat -> nat) :
  (forall i, i < n -> parent i < m /\ has_parent (t i) (parent i)) -> in_span m bits (fun z => sum n (fun i => t i
    z)).
Proof.
  induction n as [|n IH]; intro H.
  - exists (fun _ => 0), 0. intro z. rewrite dot_zero by auto. simpl. ring.
  - destruct IH as (c & c0 & E); [auto|]. destruct (H n) as [B Pn]; [lia|].
    destruct (single_parent (t n) (parent n) B Pn) as (d & d0 & G).
    exists (fun i => c i + d i), (c0 + d0). intro z. simpl. rewrite E, G.
    rewrite !(dot_comm m _ (bits z)), dot_add. ring.
Qed.

Definition flip (z : nat -> bool) j v : nat -> bool := fun i => if i =? j then v else z i.

Theorem no_interaction (t : (nat -> bool) -> K) : in_span m bits t ->
  forall z j k, j < m -> k < m -> j <> k ->
  t (flip (flip z j true) k true) - t (flip (flip z j true) k false)
  - t (flip (flip z j false) k true) + t (flip (flip z j false) k false) = 0.
Proof.
  intros (c & c0 & E) z j k Hj Hk N. rewrite !E.
  assert (split : forall u v, dot m c (bits (flip (flip z j u) k v))
    = dot m c (fun i => if i =? j then 0 else if i =? k then 0 else bits z i)
      + ((if u then c j else 0) + (if v then c k else 0))).
  { intros u v.
    rewrite (dot_ext m c c _ (fun i => (if i =? j then 0 else if i =? k then 0 else bits z i)
      + ((if u then 1 else 0) * unit j i + (if v then 1 else 0) * unit k i))); auto.
    - rewrite !dot_add, !dot_scale, !(dot_comm m c (unit _)), !dot_unit by auto. destruct u, v; ring.
    - intros i _. unfold bits, flip, unit. destruct (Nat.eqb_spec i k), (Nat.eqb_spec i j); subst; try lia;
        destruct u, v; ring. }
  rewrite !split. ring.
Qed.

Theorem one_parent_consistent n (nu : X -> nat -> K) (f : (nat -> bool) -> nat -> K) (A : nat -> (nat -> bool) -> K)
    (P : (nat -> bool) -> K) (parent : nat -> nat) :
  in_span m bits P ->
  (forall i, i < n -> parent i < m /\ has_parent (fun z => f z i) (parent i) /\ has_parent (A i) (parent i)) ->
  consistent n m nu bits f (fun z => sum n (fun i => A i z)) P.
Proof.
  intros HP H. apply member; [|assumption|].
  - intros i Hi. destruct (H i Hi) as (B & Pf & _). now apply (single_parent _ (parent i)).
  - apply (one_parent n A parent). intros i Hi. destruct (H i Hi) as (B & _ & PA). auto.
Qed.

End Bernoulli.
