(** The criterion (theory: section 2; the corrected Corollary 1), over an arbitrary field and arbitrary sets.

    Write P(z) = log p(z) - log h'(z).  The log-joint less log h(x) + log h'(z) is <nu(x), f(z)> - A(f(z)) + P(z).
    The posterior is in the encoder family iff, for some maps g and b, this equals <psi(z), g(x)> + b(x) for all x, z
    ([consistent]; densities.v says it with densities).  When nu is minimal,

        consistent  iff   C1  every f_i is in span(psi, 1)            f(z) = F psi(z) + f_0
                    and   C2  P - A(f) is in span(psi, 1)             (the conjugation equation)

    and then the exact encoder is g(x) = F' nu(x) + c: the only one when psi is minimal.  C1 and C2 suffice without
    any minimality.

    "For almost every x" is not in these statements: X and Z are any sets, so take for them the points left when a
      null
    set is removed. *)

From tightcheck Require Import finite_sums theorem_1.

Section Criterion.
Context {K : field} {X Z : Type}.
Add Field K_field : (laws K).

Variables n m : nat.
Variable nu : X -> nat -> K.
Variable psi : Z -> nat -> K.

Definition consistent (f : Z -> nat -> K) (A P : Z -> K) : Prop :=
  exists (g : X -> nat -> K) (b : X -> K), forall x z, dot n (nu x) (f z) - A z + P z = dot m (psi z) (g x) + b x.

Definition C1 (f : Z -> nat -> K) : Prop := forall i, i < n -> in_span m psi (fun z => f z i).
Definition C2 (A P : Z -> K) : Prop := in_span m psi (fun z => P z - A z).

(** The exact encoder F' nu(x) + c. *)
Definition exact_encoder (F : nat -> nat -> K) (c : nat -> K) (x : X) : nat -> K :=
  fun j => dot n (nu x) (fun i => F i j) + c j.

Section Model.
Variable f : Z -> nat -> K.
Variables A P : Z -> K.

Lemma regroup x z (g : X -> nat -> K) (b : X -> K) :
  dot n (nu x) (f z) - A z + P z = dot m (psi z) (g x) + b x ->
  dot n (nu x) (f z) + (P z - A z) = dot m (psi z) (g x) + b x.
Proof. intro E. rewrite <- E. ring. Qed.

Theorem consistent_C1 : affinely_spans n nu -> consistent f A P -> C1 f.
Proof.
  intros Sp (g & b & E) i Hi. apply (f_is_affine n m nu psi f (fun z => P z - A z) g b); auto.
  intros x z. now apply regroup.
Qed.

Theorem consistent_C2 : affinely_spans n nu -> consistent f A P -> C2 A P.
Proof.
  intros Sp (g & b & E). apply (a_is_affine n m nu psi f (fun z => P z - A z) g b); auto.
  intros x z. now apply regroup.
Qed.

(** The exact encoder does it, whether or not the statistics are minimal. *)
Theorem exact_encoder_is_exact (F : nat -> nat -> K) (f0 c : nat -> K) (c0 : K) :
  (forall z i, i < n -> f z i = dot m (F i) (psi z) + f0 i) ->
  (forall z, P z - A z = dot m c (psi z) + c0) ->
  forall x z, dot n (nu x) (f z) - A z + P z
    = dot m (psi z) (exact_encoder F c x) + (dot n (nu x) f0 + c0).
Proof.
  intros HF Hc x z. unfold exact_encoder. rewrite dot_add, <- form_transpose, (dot_comm m (psi z) c).
  rewrite (dot_ext n (nu x) (nu x) (f z) (fun i => dot m (F i) (psi z) + f0 i)) by auto.
  rewrite dot_add. unfold form. specialize (Hc z).
  transitivity (dot n (nu x) (fun i => dot m (F i) (psi z)) + dot n (nu x) f0 + (P z - A z)); [ring|].
  rewrite Hc. ring.
Qed.

Theorem C1_C2_consistent : C1 f -> C2 A P -> consistent f A P.
Proof.
  intros H1 (c & c0 & Hc).
  destruct (finite_choice (Y := (nat -> K) * K) ((fun _ => 0), 0) n
    (fun i y => forall z, f z i = dot m (fst y) (psi z) + snd y)) as [y Hy].
  { intros i Hi. destruct (H1 i Hi) as (d & d0 & Hd). now exists (d, d0). }
  exists (exact_encoder (fun i => fst (y i)) c), (fun x => dot n (nu x) (fun i => snd (y i)) + c0).
  apply exact_encoder_is_exact; auto.
Qed.

Theorem criterion : affinely_spans n nu -> (consistent f A P <-> C1 f /\ C2 A P).
Proof.
  intro Sp. split.
  - intro E. split; [now apply consistent_C1|now apply consistent_C2].
  - intros [H1 H2]. now apply C1_C2_consistent.
Qed.

Theorem exact_encoder_is_unique (F : nat -> nat -> K) (f0 c : nat -> K) (c0 : K) (g : X -> nat -> K) (b : X -> K) :
  affinely_spans m psi ->
  (forall z i, i < n -> f z i = dot m (F i) (psi z) + f0 i) ->
  (forall z, P z - A z = dot m c (psi z) + c0) ->
  (forall x z, dot n (nu x) (f z) - A z + P z = dot m (psi z) (g x) + b x) ->
  forall x j, j < m -> g x j = exact_encoder F c x j.
Proof.
  intros Sp HF Hc E x j Hj. pose proof (exact_encoder_is_exact F f0 c c0 HF Hc) as G.
  rewrite <- (extend_below m (g x) (b x) j Hj).
  rewrite <- (extend_below m (exact_encoder F c x) (dot n (nu x) f0 + c0) j Hj).
  apply (spans_separates (S m) (fun z => extend m (psi z) 1) _ _ Sp); [|lia]. intro z.
  rewrite !dot_extend. transitivity (dot m (psi z) (g x) + b x); [ring|]. rewrite <- E, G. ring.
Qed.

End Model.

(** Lemma "constants": where C1 forces F = 0, the consistent models are the constants f with P in span(psi, 1). *)
Theorem constant_decoder (f0 : nat -> K) (A0 : K) (P : Z -> K) : affinely_spans n nu ->
  (consistent (fun _ => f0) (fun _ => A0) P <-> in_span m psi P).
Proof.
  intro Sp. rewrite criterion by assumption. split.
  - intros [_ (c & c0 & E)]. exists c, (c0 + A0). intro z.
    transitivity (P z - A0 + A0); [ring|rewrite E; ring].
  - intros (c & c0 & E). split.
    + intros i Hi. exists (fun _ => 0), (f0 i). intro z. rewrite dot_zero by auto. ring.
    + exists c, (c0 - A0). intro z. rewrite E. ring.
Qed.

(** The implied prior, log p(z) = log h'(z) + <c, psi(z)> + A(f(z)) + constant: C2 holds by construction. *)
Theorem implied_prior (f : Z -> nat -> K) (A : Z -> K) (c : nat -> K) (c0 : K) : affinely_spans n nu ->
  (consistent f A (fun z => dot m c (psi z) + A z + c0) <-> C1 f).
Proof.
  intro Sp. rewrite criterion by assumption. split; [now intros [H _]|]. intro H. split; [assumption|].
  exists c, c0. intro z. ring.
Qed.

(** A KL term weighted by beta: q is tight to the tempered posterior, proportional to p(x|z)^(1/beta) p(z), iff C1
  holds
    and C2 holds with A / beta. *)
Theorem tempered (f : Z -> nat -> K) (A P : Z -> K) (beta : K) : affinely_spans n nu -> beta <> 0 ->
  ((exists (g : X -> nat -> K) (b : X -> K), forall x z,
      (dot n (nu x) (f z) - A z) / beta + P z = dot m (psi z) (g x) + b x)
   <-> C1 f /\ C2 (fun z => A z / beta) P).
Proof.
  intros Sp Hb.
  assert (scaled : forall x z,
    (dot n (nu x) (f z) - A z) / beta = dot n (nu x) (fun i => 1 / beta * f z i) - A z / beta).
  { intros x z. rewrite dot_scale. now field. }
  transitivity (C1 (fun z i => 1 / beta * f z i) /\ C2 (fun z => A z / beta) P).
  - rewrite <- criterion by assumption. unfold consistent.
    split; intros (g & b & E); exists g, b; intros x z; rewrite <- E; now rewrite scaled.
  - assert (one : C1 (fun z i => 1 / beta * f z i) <-> C1 f); [|now rewrite one].
    split; intros H i Hi; destruct (H i Hi) as (d & d0 & E).
    + exists (fun j => beta * d j), (beta * d0). intro z.
      rewrite (dot_comm m _ (psi z)), dot_scale, (dot_comm m (psi z)).
      transitivity (beta * (1 / beta * f z i)); [now field|]. rewrite E. ring.
    + exists (fun j => 1 / beta * d j), (1 / beta * d0). intro z.
      rewrite (dot_comm m _ (psi z)), dot_scale, (dot_comm m (psi z)), E. ring.
Qed.

(** A witness against the span: points and weights that annihilate psi and 1, and not t.  With C1 or C2 for t it shows
    that a model is not consistent. *)
Theorem witness (t : Z -> K) (L : list (K * Z)) :
  (forall j, j < m -> combine L (fun z => psi z j) = 0) -> combine L (fun _ => 1) = 0 -> combine L t <> 0 ->
  ~ in_span m psi t.
Proof.
  intros Hpsi H1 Ht (c & c0 & E). apply Ht.
  rewrite (combine_ext L t (fun z => dot m (psi z) c + c0 * 1)) by (intro z; rewrite E, dot_comm; ring).
  rewrite combine_add, combine_scale, combine_dot, H1, dot_zero by auto. ring.
Qed.

(** A model written down: P in the span, f in the span and A(f) in the span make it consistent. *)
Theorem member (f : Z -> nat -> K) (A P : Z -> K) :
  C1 f -> in_span m psi P -> in_span m psi A -> consistent f A P.
Proof.
  intros H1 (c & c0 & HP) (d & d0 & HA). apply C1_C2_consistent; [assumption|].
  exists (fun j => c j - d j), (c0 - d0). intro z. rewrite HP, HA.
  rewrite !(dot_comm m _ (psi z)), dot_sub. ring.
Qed.

End Criterion.
