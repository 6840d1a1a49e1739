(** What "minimal" gives, and what is left without it (theory: sections 1 and 2; the paper's Theorem 1 and Remark 2).

    The paper calls nu minimal when 1, nu_1, ..., nu_n are linearly independent as functions on X, and then uses that
    the vectors (nu(x), 1) span K^(n+1).

    - spanning_is_minimal   affinely spanning statistics are minimal
    - minimal_is_spanning   and conversely
    - span_or_extend        the one operation behind C1, C2, minimality and uniqueness: a function is in the span of
                            spanning functions, or some point shows that it is not and together they still span
    - theorem_1_without_minimality   a matrix W as in (7) exists for any statistics; it need not be unique

    Finding points is not computable for arbitrary sets: the law of excluded middle is a hypothesis where it is used,
    and no axiom. *)

From tightcheck Require Import finite_sums theorem_1.

Section Minimal.
Context {K : field} {X : Type}.
Add Field K_field : (laws K).

Definition independent n (phi : X -> nat -> K) : Prop :=
  forall c, (forall x, dot n c (phi x) = 0) -> forall i, i < n -> c i = 0.

Definition minimal n (nu : X -> nat -> K) : Prop :=
  forall c c0, (forall x, dot n c (nu x) + c0 = 0) -> (forall i, i < n -> c i = 0) /\ c0 = 0.

Lemma spans_independent n (phi : X -> nat -> K) : spans n phi -> independent n phi.
Proof.
  intros S c E i Hi. apply (spans_separates n phi c (fun _ => 0) S); [|assumption].
  intro x. rewrite dot_comm, E. symmetry. rewrite dot_comm. now apply dot_zero.
Qed.

Lemma minimal_independent n (nu : X -> nat -> K) :
  minimal n nu <-> independent (S n) (fun x => extend n (nu x) 1).
Proof.
  assert (peel : forall c x, dot (S n) c (extend n (nu x) 1) = dot n c (nu x) + c n).
  { intros c x. unfold dot; simpl. rewrite extend_last. f_equal; [|ring].
    apply sum_ext. intros i Hi. now rewrite extend_below. }
  split.
  - intros M c E. destruct (M c (c n)) as [C C0]; [intro x; now rewrite <- peel|].
    intros i Hi. destruct (Nat.eq_dec i n) as [->|]; [assumption|apply C; lia].
  - intros I c c0 E. assert (Z : forall i, i < S n -> extend n c c0 i = 0).
    { apply I. intro x. rewrite dot_extend, <- (E x). ring. }
    split.
    + intros i Hi. rewrite <- (Z i) by lia. now rewrite extend_below.
    + rewrite <- (Z n) by lia. now rewrite extend_last.
Qed.

Theorem spanning_is_minimal n (nu : X -> nat -> K) : affinely_spans n nu -> minimal n nu.
Proof. intro S. apply minimal_independent. now apply spans_independent. Qed.

(** A linear combination of linear combinations is one. *)
Lemma combine_combinations r (d : nat -> K) (L : nat -> list (K * X)) :
  exists M, forall t, combine M t = sum r (fun k => d k * combine (L k) t).
Proof.
  induction r as [|r [M H]].
  - now exists nil.
  - exists (M ++ List.map (fun p => (d r * fst p, snd p)) (L r)). intro t.
    now rewrite combine_append, combine_times, H.
Qed.

Hypothesis excluded_middle : forall P : Prop, P \/ ~ P.

Theorem span_or_extend r (chi : X -> nat -> K) (t : X -> K) : spans r chi ->
  (exists c, forall x, t x = dot r c (chi x)) \/ spans (S r) (fun x => extend r (chi x) (t x)).
Proof.
  intro Sp. destruct (finite_choice nil r _ Sp) as [L HL].
  set (c := fun k => combine (L k) t).
  set (residual := fun x => t x - dot r c (chi x)).
  destruct (excluded_middle (exists x, residual x <> 0)) as [[point Hp]|None].
  2:{ left. exists c. intro x. destruct (excluded_middle (residual x = 0)) as [E|E].
      - transitivity (residual x + dot r c (chi x)); [unfold residual; ring|rewrite E; ring].
      - destruct None. now exists x. }
  right. destruct (combine_combinations r (chi point) L) as [N HN].
  (* M vanishes on chi and is the residual, not zero, on t. *)
  set (M := (1, point) :: List.map (fun p => (- (1) * fst p, snd p)) N).
  assert (HM : forall s, combine M s = s point - sum r (fun k => chi point k * combine (L k) s)).
  { intro s. unfold M. simpl. rewrite combine_times, HN. ring. }
  assert (M_chi : forall i, i < r -> combine M (fun x => chi x i) = 0).
  { intros i Hi. rewrite HM, (sum_ext r _ (fun k => unit i k * chi point k)).
    - rewrite sum_unit by auto. ring.
    - intros k Hk. rewrite (HL k Hk i Hi). unfold unit. rewrite Nat.eqb_sym. ring. }
  assert (M_t : combine M t = residual point).
  { rewrite HM. unfold residual. f_equal. apply sum_ext. intros; unfold c; ring. }
  assert (on_chi : forall J i, i < r ->
    combine J (fun x => extend r (chi x) (t x) i) = combine J (fun x => chi x i)).
  { intros J i Hi. apply combine_ext. intro x. now rewrite extend_below. }
  assert (on_t : forall J, combine J (fun x => extend r (chi x) (t x) r) = combine J t).
  { intro J. apply combine_ext. intro x. now rewrite extend_last. }
  intros k Hk. destruct (Nat.eq_dec k r) as [->|Hr].
  - exists (List.map (fun p => (1 / residual point * fst p, snd p)) M). intros i Hi.
    rewrite combine_times. destruct (Nat.eq_dec i r) as [->|Hir].
    + rewrite on_t, M_t. unfold unit. rewrite Nat.eqb_refl. now field.
    + rewrite on_chi, M_chi by lia. unfold unit. destruct (Nat.eqb_spec i r); [lia|now field].
  - exists (L k ++ List.map (fun p => (- (c k / residual point) * fst p, snd p)) M). intros i Hi.
    rewrite combine_append, combine_times. destruct (Nat.eq_dec i r) as [->|Hir].
    + rewrite !on_t, M_t. fold (c k). unfold unit. destruct (Nat.eqb_spec r k); [lia|now field].
    + rewrite !on_chi, M_chi, (HL k) by lia. now field.
Qed.

Lemma independent_spans n (phi : X -> nat -> K) : independent n phi -> spans n phi.
Proof.
  induction n as [|n IH]; intro I; [intros k Hk; lia|].
  assert (Sp : spans n phi).
  { apply IH. intros c E i Hi. rewrite <- (extend_below n c 0 i Hi). apply I; [|lia].
    intro x. transitivity (dot n c (phi x)); [|apply E]. unfold dot; simpl. rewrite extend_last.
    rewrite (sum_ext n _ (fun i => c i * phi x i)); [ring|]. intros j Hj. now rewrite extend_below. }
  destruct (span_or_extend n phi (fun x => phi x n) Sp) as [[c E]|Sp'].
  - exfalso. assert (O : extend n c (- (1)) n = 0).
    { apply I; [|lia]. intro x. unfold dot; simpl. rewrite extend_last, E. unfold dot.
      rewrite (sum_ext n (fun i => extend n c (- (1)) i * phi x i) (fun i => c i * phi x i)); [ring|].
      intros j Hj. now rewrite extend_below. }
    rewrite extend_last in O. apply (F_1_neq_0 (laws K)).
    transitivity (- (- (1)) : K); [ring|rewrite O; ring].
  - intros k Hk. destruct (Sp' k Hk) as [L HL]. exists L. intros i Hi. rewrite <- (HL i Hi).
    apply combine_ext. intro x. unfold extend. now destruct (Nat.eqb_spec i n) as [->|].
Qed.

Theorem minimal_is_spanning n (nu : X -> nat -> K) : minimal n nu -> affinely_spans n nu.
Proof. intro M. apply independent_spans. now apply minimal_independent. Qed.

(** Any finite list of functions is a linear image of a spanning part of it, those numbered s 0, ..., s (r - 1). *)
Lemma spanning_part n (phi : X -> nat -> K) :
  exists r (s : nat -> nat) (C : nat -> nat -> K),
    (forall k, k < r -> s k < n) /\ spans r (fun x k => phi x (s k)) /\
    forall x i, i < n -> phi x i = dot r (C i) (fun k => phi x (s k)).
Proof.
  induction n as [|n (r & s & C & Hs & Sp & E)].
  - exists O, (fun k => k), (fun _ _ => 0). split; [|split]; intros; lia || (intros k Hk; lia).
  - destruct (span_or_extend r _ (fun x => phi x n) Sp) as [[c Hc]|Sp'].
    + exists r, s, (fun i => if i =? n then c else C i). split; [intros k Hk; specialize (Hs k Hk); lia|].
      split; [assumption|]. intros x i Hi. destruct (Nat.eqb_spec i n) as [->|]; [apply Hc|apply E; lia].
    + set (s' := fun k => if k =? r then n else s k).
      assert (same : forall x k, phi x (s' k) = extend r (fun k => phi x (s k)) (phi x n) k).
      { intros x k. unfold s', extend. now destruct (Nat.eqb_spec k r). }
      exists (S r), s', (fun i => if i =? n then unit r else extend r (C i) 0). split; [|split].
      * intros k Hk. unfold s'. destruct (Nat.eqb_spec k r); [lia|]. specialize (Hs k). lia.
      * intros k Hk. destruct (Sp' k Hk) as [L HL]. exists L. intros i Hi. rewrite <- (HL i Hi).
        apply combine_ext. intro x. apply same.
      * intros x i Hi. transitivity (dot (S r) (if i =? n then unit r else extend r (C i) 0)
                                         (extend r (fun k => phi x (s k)) (phi x n))).
        -- destruct (Nat.eqb_spec i n) as [->|].
           ++ rewrite dot_unit by lia. now rewrite extend_last.
           ++ rewrite dot_extend, <- E by lia. ring.
        -- apply dot_ext; auto.
Qed.

End Minimal.

(** Equation (7) for any statistics: phi and chi are nu_e and psi_e, f and g their extended parameters (12). *)
Theorem theorem_1_without_minimality {K : field} {X Z : Type} n m
    (phi : X -> nat -> K) (f : Z -> nat -> K) (chi : Z -> nat -> K) (g : X -> nat -> K) :
  (forall P : Prop, P \/ ~ P) -> (forall x z, dot n (phi x) (f z) = dot m (chi z) (g x)) ->
  exists W, forall x z, dot n (phi x) (f z) = form n m W (phi x) (chi z).
Proof.
  intros EM E. destruct (spanning_part EM n phi) as (r & s & C & Hs & Sp & HC).
  assert (move : forall x v, dot n (phi x) v = dot r (fun k => phi x (s k)) (fun k => dot n v (fun i => C i k))).
  { intros x v. rewrite <- form_transpose, dot_comm. apply dot_ext; auto. }
  destruct (matrix_exists r m _ (fun z k => dot n (f z) (fun i => C i k)) chi g Sp) as [V HV].
  { intros x z. now rewrite <- move. }
  (* Row i of W is the sum of the rows k of V with s k = i. *)
  exists (fun i j => dot r (fun k => unit (s k) i) (fun k => V k j)). intros x z. rewrite move.
  transitivity (dot r (fun k => dot n (phi x) (unit (s k))) (fun k => dot m (V k) (chi z))).
  - apply dot_ext; [|auto]. intros k Hk. rewrite dot_comm, dot_unit; auto.
  - transitivity (form n r (fun i k => unit (s k) i) (phi x) (fun k => dot m (V k) (chi z))).
    + rewrite form_transpose. apply dot_comm.
    + apply dot_ext; [auto|]. intros i Hi. symmetry.
      rewrite (dot_comm m). symmetry. apply (form_transpose r m V (fun k => unit (s k) i) (chi z)).
Qed.
