(** The spaces of a design: what x and z are, their statistics, and the links from a network's outputs to natural
  parameters.

    Observed, with nu affinely spanning in each case (minimal, as Theorem 1 asks):

    - code low high   n two-valued numbers, x_i = low or high: Bernoulli {0, 1}, spins {-1, 1}
    - grey n          [0, 1]^n, nu(x) = x                       (grey values under a Bernoulli decoder)
    - reals           R^n, nu(x) = x                            (Gaussian, variance a constant outside A)
    - moments n       R^n, nu(x) = (x, x^2)                     (Gaussian, both natural parameters)
    - numbers         counts in N^n, nu(x) = x                  (Poisson)
    - word_counts K   non-empty documents over K words, nu(x) = counts    (multinomial, random length)
    - fixed_counts L K   documents of L > 0 words, nu(x) = the counts of the first K - 1 words     (categorical: L =
        1) *)

From tightcheck Require Import real_field networks.
Import ListNotations.

Lemma affinely_spans_from {X : Type} n (nu : X -> nat -> R) :
  (exists L : list (R * X), (combine L (fun _ => 1) : R) = 1 /\
     forall i, (i < n)%nat -> (combine L (fun x => nu x i) : R) = 0) ->
  (forall k, (k < n)%nat -> exists L : list (R * X),
     forall i, (i < n)%nat -> (combine L (fun x => nu x i) : R) = unit k i) ->
  affinely_spans n nu.
Proof.
  intros (O & O1 & O0) H k Hk.
  assert (below : forall (L : list (R * X)) i, (i < n)%nat ->
    (combine L (fun x => extend n (nu x) one i) : R) = combine L (fun x => nu x i)).
  { intros L i Hi. apply (combine_ext (K := real_field)). intro x. now rewrite (extend_below (K := real_field)). }
  assert (last : forall (L : list (R * X)),
    (combine L (fun x => extend n (nu x) one n) : R) = combine L (fun _ => 1)).
  { intros L. apply (combine_ext (K := real_field)). intro x. now rewrite (extend_last (K := real_field)). }
  destruct (Nat.eq_dec k n) as [->|N].
  - exists O. intros i Hi. destruct (Nat.eq_dec i n) as [->|M].
    + transitivity (combine O (fun _ => 1) : R); [apply last|]. unfold unit. now rewrite Nat.eqb_refl.
    + transitivity (combine O (fun x => nu x i) : R); [apply below; lia|]. unfold unit.
      destruct (Nat.eqb_spec i n); [lia|]. apply O0. lia.
  - destruct (H k) as [L HL]; [lia|]. set (w := (combine L (fun _ => 1) : R)).
    exists (L ++ List.map (fun p => (- w * fst p, snd p)) O). intros i Hi.
    rewrite (combine_append (K := real_field)), (combine_times (K := real_field)).
    destruct (Nat.eq_dec i n) as [->|M].
    + pose proof (last L) as E1. pose proof (last O) as E2. simpl in *. rewrite E1, E2. fold w.
      rewrite O1. unfold unit. destruct (Nat.eqb_spec n k); [lia|]. simpl. lra.
    + pose proof (below L i ltac:(lia)) as E1. pose proof (below O i ltac:(lia)) as E2. simpl in *. rewrite E1, E2.
      rewrite HL, O0 by lia. lra.
Qed.

Definition code (low high : R) (x : nat -> bool) (i : nat) : R := if x i then high else low.
Definition reals (x : nat -> R) : nat -> R := x.
Definition grey (x : nat -> { r : R | 0 <= r <= 1 }) (i : nat) : R := proj1_sig (x i).
Definition moments (n : nat) (x : nat -> R) (i : nat) : R := if (i <? n)%nat then x i else x (i - n)%nat ^ 2.
Definition numbers (x : nat -> nat) (i : nat) : R := INR (x i).

Definition documents (K : nat) : Type := { x : nat -> nat | exists i, (i < K)%nat /\ (0 < x i)%nat }.
Definition word_counts {K : nat} (x : documents K) : nat -> R := numbers (proj1_sig x).
Definition length {K : nat} (x : documents K) : R := sum K (word_counts x).
Definition frequencies {K : nat} (x : documents K) (i : nat) : R := word_counts x i / length x.

Definition fixed_documents (L K : nat) : Type := { x : nat -> nat | (sum K (numbers x) : R) = INR L }.
Definition fixed_counts {L K : nat} (x : fixed_documents L K) : nat -> R := numbers (proj1_sig x).

Lemma code_spans low high n : low <> high -> affinely_spans n (code low high).
Proof.
  intro N. apply affinely_spans_from.
  - exists [(high / (high - low), fun _ => false); (- low / (high - low), fun _ => true)].
    split; [|intros i _]; unfold code; simpl; field; lra.
  - intros k Hk. exists [(/ (high - low), fun i => (i =? k)%nat); (- / (high - low), fun _ => false)].
    intros i Hi. unfold code, unit. simpl. destruct (i =? k)%nat; simpl; field; lra.
Qed.

Lemma reals_span n : affinely_spans n reals.
Proof.
  apply affinely_spans_from.
  - exists [(1, fun _ => 0)]. split; [|intros i _]; unfold reals; simpl; ring.
  - intros k Hk. exists [(1, fun i => unit k i)]. intros i Hi. unfold reals. simpl. real_atoms. ring.
Qed.

Lemma grey_spans n : affinely_spans n grey.
Proof.
  assert (H0 : 0 <= 0 <= 1) by lra. assert (H1 : 0 <= 1 <= 1) by lra.
  set (black := exist (fun r => 0 <= r <= 1) 0 H0). set (white := exist (fun r => 0 <= r <= 1) 1 H1).
  apply affinely_spans_from.
  - exists [(1, fun _ => black)]. split; [|intros i _]; unfold grey; simpl; ring.
  - intros k Hk. exists [(1, fun i => if (i =? k)%nat then white else black)]. intros i Hi.
    unfold grey, unit. simpl. destruct (i =? k)%nat; simpl; ring.
Qed.

Lemma moments_span n : affinely_spans (n + n) (moments n).
Proof.
  apply affinely_spans_from.
  - exists [(1, fun _ => 0)]. split; [|intros i _]; unfold moments; simpl; [ring|]. destruct (i <? n)%nat; ring.
  - intros k Hk. destruct (Nat.ltb_spec k n) as [L|G].
    + exists [(/ 2, fun i => if (i =? k)%nat then 1 else 0); (- / 2, fun i => if (i =? k)%nat then - (1) else 0)].
      intros i Hi. unfold moments, unit. simpl. destruct (Nat.ltb_spec i n).
      * destruct (i =? k)%nat; simpl; field.
      * destruct (Nat.eqb_spec i k); [lia|]. destruct (i - n =? k)%nat; simpl; field.
    + exists [(/ 2, fun i => if (i =? k - n)%nat then 1 else 0); (/ 2, fun i => if (i =? k - n)%nat then - (1) else
        0)].
      intros i Hi. unfold moments, unit. simpl. destruct (Nat.ltb_spec i n).
      * destruct (Nat.eqb_spec i k); [lia|]. destruct (i =? k - n)%nat; simpl; field.
      * destruct (Nat.eqb_spec (i - n) (k - n)), (Nat.eqb_spec i k); try lia; simpl; field.
Qed.

Lemma numbers_span n : affinely_spans n numbers.
Proof.
  apply affinely_spans_from.
  - exists [(1, fun _ => 0%nat)]. split; [|intros i _]; unfold numbers; simpl; ring.
  - intros k Hk. exists [(1, fun i => if (i =? k)%nat then 1%nat else 0%nat)]. intros i Hi.
    unfold numbers, unit. simpl. destruct (i =? k)%nat; simpl; ring.
Qed.

(** Word k alone, l > 0 times. *)
Lemma repeated_in K k l : (k < K)%nat -> (0 < l)%nat -> exists i, (i < K)%nat /\ (0 < if (i =? k)%nat then l else
  0)%nat.
Proof. intros Hk Hl. exists k. now rewrite Nat.eqb_refl. Qed.
Definition repeated K k l (Hk : (k < K)%nat) (Hl : (0 < l)%nat) : documents K :=
  exist _ (fun i => if (i =? k)%nat then l else 0%nat) (repeated_in K k l Hk Hl).

Lemma repeated_counts K k l Hk Hl i : word_counts (repeated K k l Hk Hl) i = INR l * unit k i.
Proof. unfold word_counts, numbers, unit. simpl. destruct (i =? k)%nat; simpl; ring. Qed.

Lemma word_counts_span K : (0 < K)%nat -> affinely_spans K (@word_counts K).
Proof.
  intro HK. assert (H1 : (0 < 1)%nat) by lia. assert (H2 : (0 < 2)%nat) by lia. apply affinely_spans_from.
  - exists [(2, repeated K 0 1 HK H1); (- (1), repeated K 0 2 HK H2)]. split; [simpl; ring|].
    intros i _. simpl. rewrite !repeated_counts. real_atoms. ring.
  - intros k Hk. exists [(1, repeated K k 1 Hk H1)]. intros i _. simpl. rewrite !repeated_counts. real_atoms. ring.
Qed.

Lemma sum_repeated K k l : (k < K)%nat -> (sum K (numbers (fun i => if (i =? k)%nat then l else 0%nat)) : R) = INR l.
Proof.
  intro Hk. rewrite (sum_ext (K := real_field) K _ (fun i => unit k i * INR l)).
  - exact (sum_unit (K := real_field) K k (fun _ => INR l) Hk).
  - intros i _. unfold numbers, unit. destruct (i =? k)%nat; real_atoms; simpl; ring.
Qed.

Definition fixed_repeated L K k (Hk : (k < K)%nat) : fixed_documents L K :=
  exist _ (fun i => if (i =? k)%nat then L else 0%nat) (sum_repeated K k L Hk).

Lemma fixed_repeated_counts L K k Hk i : fixed_counts (fixed_repeated L K k Hk) i = INR L * unit k i.
Proof. unfold fixed_counts, numbers, unit. simpl. destruct (i =? k)%nat; simpl; ring. Qed.

Lemma fixed_counts_span L K : (0 < L)%nat -> affinely_spans K (@fixed_counts L (S K)).
Proof.
  intro HL. assert (N : 0 < INR L) by now apply lt_0_INR.
  assert (HK : (K < S K)%nat) by lia. apply affinely_spans_from.
  - exists [(1, fixed_repeated L (S K) K HK)]. split; [simpl; ring|].
    intros i Hi. simpl. rewrite fixed_repeated_counts. unfold unit. destruct (Nat.eqb_spec i K); [lia|]. simpl. ring.
  - intros k Hk. assert (Hk' : (k < S K)%nat) by lia. exists [(/ INR L, fixed_repeated L (S K) k Hk')].
    intros i Hi. simpl. rewrite fixed_repeated_counts. real_atoms. field. lra.
Qed.

(** ** From outputs to natural parameters *)

Definition link := (nat -> R) -> nat -> R.

(** A map computed by a network of the class C, shown a function of its argument, through one of the links. *)
Definition computed {X : Type} (C : network -> Prop) (shown : X -> nat -> R) (links : link -> Prop) (f : X -> nat ->
  R) : Prop :=
  exists F l, C F /\ links l /\ forall x, f x = l (F (shown x)).

Definition plain : link -> Prop := eq (fun o => o).

(** Logarithms of the probabilities of K words. *)
Definition log_softmax (K : nat) : link := fun o i => o i - ln (sum K (fun k => exp (o k))).
Definition softmax_of (K : nat) : link -> Prop := eq (log_softmax K).

(** The natural parameters of a categorical with K + 1 classes, the last one the reference. *)
Definition contrast (K : nat) : link := fun o i => o i - o K.
Definition contrast_of (K : nat) : link -> Prop := eq (contrast K).

(** Gaussian x with means o and variances s: (o / s, -1/(2 s)). *)
Definition mean_over (n : nat) (s : nat -> R) : link := fun o i => if (i <? n)%nat then o i / s i else - / (2 * s (i
  - n)%nat).
Definition mean_link (n : nat) (noise : (nat -> R) -> Prop) (l : link) : Prop :=
  exists s, noise s /\ (forall i, (i < n)%nat -> 0 < s i) /\ l = mean_over n s.
Definition every_number (v : R) (s : nat -> R) : Prop := forall i, s i = v.
Definition one_number (s : nat -> R) : Prop := exists v, every_number v s.
Definition any_numbers (s : nat -> R) : Prop := True.

(** Log-partitions of independent coordinates. *)
Definition bernoulli_partition (low high : R) (n : nat) (eta : nat -> R) : R :=
  sum n (fun i => ln (exp (low * eta i) + exp (high * eta i))).
Definition poisson_partition (n : nat) (eta : nat -> R) : R := sum n (fun i => exp (eta i)).
Definition multinomial_partition (L K : nat) (eta : nat -> R) : R := INR L * ln (1 + sum K (fun k => exp (eta k))).
(** With base measure (2 pi)^(-1/2) for each coordinate. *)
Definition gaussian_partition (n : nat) (eta : nat -> R) : R :=
  sum n (fun i => - eta i ^ 2 / (4 * eta (n + i)%nat) - ln (- 2 * eta (n + i)%nat) / 2).
